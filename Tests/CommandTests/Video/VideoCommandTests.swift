import Foundation
import TestSupport
import Testing

/// `u2cl video`, which runs ffmpeg.
@Suite struct VideoCommandTests {
  private let options = ["--model", Sandbox.tinyModel, "--size", "32"]

  private func video(_ input: String, _ result: String, _ more: String...) -> [String] {
    ["video", input, result, "-q"] + options + more
  }

  /// What ffprobe says of a file's streams, in the order of its own fields.
  private func probe(_ file: String, _ entries: String, in sandbox: Sandbox) throws -> [String] {
    try sandbox.shell("ffprobe -v error -show_entries \(entries) -of csv=p=0 'file:\(file)'").lines
      .map { $0.hasSuffix(",") ? String($0.dropLast()) : $0 }
  }

  @Test func aTurnedClipIsUpright() throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.turned(in: sandbox)
    let outcome = try sandbox.expectSuccess(video("turned.mp4", "out.mp4", "--output", "composite"))
    #expect(outcome.text == "out.mp4\n" && outcome.errors.isEmpty, "\(outcome.errors)")
    let streams = try probe("out.mp4", "stream=codec_type,width,height,r_frame_rate,nb_frames", in: sandbox)
    #expect(streams.count == 2 && streams[0] == "video,48,64,10/1,10", "\(streams)")
    let hashes = "packet=data_hash -select_streams a -show_data_hash md5"
    let sound = try ["turned.mp4", "out.mp4"].map { try probe($0, hashes, in: sandbox) }
    #expect(sound[0] == sound[1] && !sound[0].isEmpty)
  }

  /// Frames keep their times, and the sound its own, whatever the container.
  @Test(arguments: ["mp4", "mov", "mkv", "webm"]) func aVariableRateIsKept(ending: String) throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.variable(in: sandbox)
    try sandbox.expectSuccess(video("variable.mp4", "out.\(ending)", "--output", "composite"))
    func times(_ file: String, _ stream: String) throws -> [Double] {
      try probe(file, "packet=pts_time -select_streams \(stream)", in: sandbox).compactMap(Double.init).sorted()
    }
    let (before, after) = (try times("variable.mp4", "v"), try times("out.\(ending)", "v"))
    #expect(before.count == 60 && after.count == 60)
    let sound = (try times("variable.mp4", "a"), try times("out.\(ending)", "a"))
    let shift = (sound.1.first ?? 0) - (sound.0.first ?? 0)
    // Sound that is encoded anew begins with another number of samples that are not heard.
    let allowed = ending == "webm" ? 0.012 : 0.002
    for (one, other) in zip(before, after) {
      #expect(abs(one + shift - other) < allowed, "\(one) became \(other - shift)")
    }
    #expect(abs((sound.0.last ?? 0) + shift - (sound.1.last ?? 0)) < 0.06)
  }

  @Test(arguments: [
    ("composite", "mp4", "h264,yuv420p"), ("composite", "m4v", "h264,yuv420p"), ("mask", "mkv", "ffv1,gray"),
    ("mask", "webm", "vp9,yuv420p"), ("cutout", "mov", "prores,yuva444p"), ("cutout", "mkv", "ffv1,yuva444p"),
    ("cutout", "webm", "vp9,yuv420p"),
  ]) func theEndingDecides(output: String, ending: String, codec: String) throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.make("ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=0.5 in.mkv", in: sandbox)
    try sandbox.write(Array("old".utf8), to: "out.\(ending)")
    try sandbox.expectSuccess(video("in.mkv", "out.\(ending)", "--output", output))
    let found = try probe("out.\(ending)", "stream=codec_name,pix_fmt", in: sandbox)
    #expect(found.first?.hasPrefix(codec) == true, "\(found)")
    if output == "cutout", ending == "webm" {
      #expect(try probe("out.webm", "stream_tags=alpha_mode", in: sandbox) == ["1"])
    }
  }

  /// Clips that start late, have odd sizes, ten bits or two fields keep their size, their rate and their frames.
  @Test(arguments: [
    ("size=65x47:rate=30000/1001:duration=0.5 -c:v ffv1 -pix_fmt yuv420p in.mkv", "65,47,30000/1001", "4:4:4"),
    ("size=64x48:rate=25:duration=0.5 -c:v ffv1 -pix_fmt yuv420p10le in.mkv", "64,48,25/1", ""),
    ("size=65x47:rate=25:duration=0.5 -c:v ffv1 -pix_fmt yuv422p10le in.mkv", "65,47,25/1", "4:4:4"),
    ("size=64x48:rate=25:duration=0.5 -c:v ffv1 -pix_fmt bgra in.mkv", "64,48,25/1", "its own transparency is left"),
    (
      "size=64x48:rate=50 -t 0.5 -vf tinterlace=interleave_top,setfield=tff -c:v mpeg2video -flags +ildct+ilme in.mpg",
      "64,48,25/1", "is interlaced"
    ),
    ("size=64x48:rate=25:duration=0.5 -c:v mpeg2video -output_ts_offset 100 in.ts", "64,48,25/1", ""),
    ("size=64x48:rate=4:duration=2 in.gif", "64,48,4/1", ""),
  ]) func oddClipsKeepTheirFrames(script: String, expected: String, note: String) throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.make("ffmpeg -v error -f lavfi -i testsrc=\(script)", in: sandbox)
    let name = try #require(script.split(separator: " ").last.map(String.init))
    let outcome = try sandbox.expectSuccess(["video", name, "out.mp4", "--output", "composite"] + options)
    #expect(note.isEmpty || outcome.errors.contains(note), "\(outcome.errors)")
    #expect(try probe("out.mp4", "stream=width,height,r_frame_rate", in: sandbox) == [expected])
    let counts = try [name, "out.mp4"].map { try probe($0, "stream=nb_read_frames -count_frames", in: sandbox).first }
    #expect(counts[0] == counts[1] && counts[0] != nil, "\(counts)")
  }

  /// A capture whose clock jumps back, and one whose sound begins half a second before its frames: both stay in time.
  @Test func soundStaysInTime() throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.make(
      """
      for start in 500 20; do
        ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=25:duration=1 -f lavfi -i sine=duration=1 -c:v mpeg2video \
          -c:a mp2 -output_ts_offset $start $start.ts
      done
      cat 500.ts 20.ts > jump.ts
      ffmpeg -v error -itsoffset 0.5 -i 500.ts -i 500.ts -map 0:v -map 1:a -c copy late.ts
      """, in: sandbox)
    for (name, delay, count) in [("jump", 0.0, 50), ("late", 0.5, 25)] {
      let outcome = try sandbox.expectSuccess(video("\(name).ts", "\(name).mp4"))
      #expect(outcome.errors.isEmpty, "\(outcome.errors)")
      let starts = try probe("\(name).mp4", "stream=start_time", in: sandbox).compactMap(Double.init)
      try #require(starts.count == 2, "\(starts)")
      #expect(abs(starts[0] - starts[1] - delay) < 0.05, "\(starts)")
      let durations = try probe("\(name).mp4", "stream=duration", in: sandbox).compactMap(Double.init)
      try #require(durations.count == 2, "\(durations)")
      #expect(abs(durations[0] - Double(count) / 25) < 0.001 && abs(durations[1] - durations[0]) < 0.1, "\(durations)")
    }
  }

  /// A last frame that is shown for long is shown as long in the result.
  @Test func theLastFrameLasts() throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.make(
      """
      ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 -vf "setpts='if(lt(N,5),N,N*2-5)/10/TB'" \
        -vsync vfr -enc_time_base 1:1000 -c:v mpeg4 first.mp4
      ffmpeg -v error -i first.mp4 -c copy -bsf:v "setts=duration=if(eq(N\\,9)\\,3/TB\\,DURATION)" in.mp4
      """, in: sandbox)
    try sandbox.expectSuccess(video("in.mp4", "out.mp4"))
    let durations = try ["in.mp4", "out.mp4"].flatMap { try probe($0, "stream=duration", in: sandbox) }
    let values = durations.compactMap(Double.init)
    #expect(values.count == 2 && values[0] == 4.3 && abs(values[1] - 4.3) <= 0.2, "\(durations)")
  }

  /// Sound and subtitles are copied, or encoded anew, or left out, and that is told.
  @Test func otherStreamsAreAccountedFor() throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try sandbox.write(Array("1\n00:00:00,000 --> 00:00:00,400\nHi\n".utf8), to: "in.srt")
    try VideoClips.make(
      """
      ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 -f lavfi -i sine=duration=1 -i in.srt \
        -f lavfi -i testsrc2=size=32x32:rate=10:duration=1 -map 0 -map 1 -map 1 -map 2 -map 3 -c:v mpeg4 \
        -c:a:0 aac -c:a:1 pcm_s16le -c:s srt in.mkv
      """, in: sandbox)
    for (ending, notes, codecs) in [
      ("mkv", ["only the video stream 0"], ["ffv1", "aac", "pcm_s16le", "subrip"]),
      (
        "mp4", ["audio stream 2 (pcm_s16le) is encoded anew", "subtitle stream 3 (subrip) is encoded anew"],
        ["h264", "aac", "aac", "mov_text"]
      ),
    ] {
      let outcome = try sandbox.expectSuccess(["video", "in.mkv", "out.\(ending)"] + options)
      for note in notes { #expect(outcome.errors.contains(note), "\(outcome.errors)") }
      #expect(try probe("out.\(ending)", "stream=codec_name", in: sandbox) == codecs)
    }
  }

  @Test func whatCannotBeConvertedIsToldInOneLine() throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.make(
      """
      ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 -c:v mpeg4 in.mp4
      ffmpeg -v error -i in.mp4 -frames:v 1 still.png
      ffmpeg -v error -f lavfi -i sine=duration=1 -i still.png -map 0 -map 1 -disposition:v attached_pic cover.mp3
      head -c 1000 in.mp4 > cut.mp4; : > empty.mp4; head -c 9999 /dev/urandom > noise.mp4; mkfifo pipe; mkdir folder
      ln -s in.mp4 link.mp4; echo '#!/bin/sh' > broken; echo exit 3 >> broken; chmod +x broken
      """, in: sandbox)
    func fails(_ code: Int32, _ arguments: [String], _ says: String) throws {
      try sandbox.expectFailure(code, ["video"] + arguments + options, says: says)
    }
    try fails(5, ["gone.mp4", "out.mp4"], "there is no such file")
    try fails(2, ["https://example.org/a.mp4", "out.mp4"], "is an address; download the file first")
    try fails(2, ["-", "out.mp4"], "u2cl stream")
    for (name, says) in [
      ("still.png", "is a picture; use u2cl run"), ("cover.mp3", "has no video but a cover picture"),
      ("cut.mp4", "cannot be read as a video"), ("empty.mp4", "is empty"), ("noise.mp4", "cannot be read as a video"),
      ("pipe", "is no regular file"), ("folder", "is a folder"),
    ] {
      try fails(5, [name, "out.mp4"], says)
    }
    try fails(2, ["in.mp4", "in.mp4"], "is the video itself")
    try fails(2, ["in.mp4", "link.mp4"], "is the video itself")
    try fails(2, ["in.mp4", "out.avi"], "end it in .mp4, .mov, .mkv or .webm")
    try fails(2, ["in.mp4", "out.mp4", "--output", "cutout"], ".mov (ProRes 4444), .webm (VP9) or .mkv (FFV1)")
    try fails(5, ["in.mp4", "gone/out.mp4"], "there is no folder gone")
    try sandbox.expectFailure(4, ["video", "in.mp4", "out.mp4", "--model", "nothing"], says: "nothing")
    try fails(5, ["in.mp4", "out.mp4", "--ffmpeg", "./broken"], "does not run")
    try sandbox.expectFailure(
      5, ["video", "in.mp4", "out.mp4"], says: "apt-get install ffmpeg", environment: ["PATH": "/nonexistent"])
  }

  /// Names are arguments byte by byte: no option, no address, no pattern, no text for a shell.
  @Test func namesAreTakenAsTheyAre() throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.make("ffmpeg -v error -f lavfi -i testsrc=size=32x32:rate=10:duration=0.3 in.mkv", in: sandbox)
    let outcome = try sandbox.shell(
      """
      set -e
      for pair in '-a.mkv -b.mkv' 'a:b%d.mkv c:d%03d.mkv' '$(x);`y`.mkv z|.mkv' $'caf\\xe9.mkv r\\xe9s.mkv'; do
        cp in.mkv "./${pair% *}"
        "$U2CL" video --model '\(Sandbox.tinyModel)' --size 32 -q -- "${pair% *}" "${pair#* }"
        [ "$(head -c 4 "./${pair#* }" | od -An -tx1)" = " 1a 45 df a3" ]
      done
      """)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
  }

  /// Ended in the middle: no result, nothing beside it, and no ffmpeg that goes on.
  @Test(arguments: [SIGINT, SIGTERM, SIGKILL]) func whenStoppedNothingIsLeft(signal: Int32) throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.make(
      "ffmpeg -v error -f lavfi -i testsrc=size=320x240:rate=30:duration=600 -c:v mpeg4 in.mp4; echo old > out.mp4",
      in: sandbox)
    let before = sandbox.files
    let command = video("in.mp4", "out.mp4").map { "'\($0)'" }.joined(separator: " ")
    let outcome = try sandbox.shell(
      """
      set -m; "$U2CL" \(command) & sleep 3; kill -\(signal) $!; wait $! 2> /dev/null; echo $?
      for i in $(seq 50); do pgrep -f "file:in.mp4.*$PWD|$PWD.*file:in.mp4" > /dev/null || break; sleep 0.1; done
      cat out.mp4
      """)
    #expect(outcome.lines == ["\(128 + signal)", "old"], "\(outcome.text) \(outcome.errors)")
    #expect(sandbox.files == before)
    Thread.sleep(forTimeInterval: signal == SIGKILL ? 2 : 0)
    #expect(sandbox.endSurvivors() == [])
  }

  /// A disk without room is an error of the encoder's, told in one line.
  @Test func aFullDiskIsTold() throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.make(
      """
      ffmpeg -v error -f lavfi -i testsrc2=size=320x240:rate=30:duration=3 in.mkv
      ln -s /dev/full out.mkv
      """, in: sandbox)
    try sandbox.expectFailure(5, video("in.mkv", "out.mkv"), says: "out.mkv cannot be written (", "No space left")
  }
}
