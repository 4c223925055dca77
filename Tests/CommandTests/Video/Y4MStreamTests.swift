import TestSupport
import Testing

/// YUV4MPEG2 in and out of `u2cl stream`.
@Suite struct Y4MStreamTests {
  private let stream = ["stream", "-q", "--model", Sandbox.tinyModel, "--size", "32"]

  /// Frames of a square that moves, in luma from 30 to 220, and the chroma that follows it.
  private func frames(_ count: Int, width: Int, height: Int, chroma: [(Int, Int)]) -> [[UInt8]] {
    (0..<count).map { frame in
      let luma = (0..<width * height).map { pixel -> UInt8 in
        let (y, x) = (pixel / width, pixel % width)
        return (frame..<frame + width / 2).contains(x) && y > height / 4 ? 220 : UInt8(30 + (x + y) % 9)
      }
      return luma + chroma.flatMap { plane in (0..<plane.0 * plane.1).map { UInt8(90 + ($0 * 7 + frame) % 60) } }
    }
  }

  /// Grey frames of the full range give the masks of raw grey frames, and the header says so, with no option.
  @Test(arguments: [[], ["--y4m"]]) func masksAreThoseOfRawFrames(options: [String]) throws {
    let sandbox = try Sandbox()
    let grey = frames(5, width: 41, height: 23, chroma: [])
    let raw = try sandbox.expectSuccess(
      stream + ["--width", "41", "--height", "23", "--pixel", "gray"], input: grey.flatMap { $0 })
    let input = Y4MStream.bytes("W41 H23 F30000:1001 Ip A88:51 Cmono XCOLORRANGE=FULL Xnote=kept", grey)
    let output = try sandbox.expectSuccess(stream + options, input: input).output
    let masks = try #require(Y4MStream(output, frameBytes: 41 * 23))
    #expect(masks.header == "YUV4MPEG2 W41 H23 F30000:1001 Ip A88:51 Cmono XCOLORRANGE=FULL Xnote=kept")
    #expect(masks.frames.flatMap { $0 } == raw.output)
  }

  /// A composite has the format of its input, odd sizes included, and luma mixed by the mask.
  @Test(arguments: [
    ("C420jpeg", [(21, 12), (21, 12)]), ("C420mpeg2", [(21, 12), (21, 12)]), ("C422", [(21, 23), (21, 23)]),
    ("C444", [(41, 23), (41, 23)]),
  ]) func compositesKeepTheFormat(color: String, chroma: [(Int, Int)]) throws {
    let sandbox = try Sandbox()
    let given = frames(3, width: 41, height: 23, chroma: chroma)
    let input = Y4MStream.bytes("W41 H23 F25:1 Ip A1:1 \(color) XYSCSS=X", given)
    let matrix = stream + ["--matrix", "bt709"]
    let masks = try #require(Y4MStream(try sandbox.expectSuccess(matrix, input: input).output, frameBytes: 41 * 23))
    let options = ["-o", "composite", "--background", "00FF00"]
    let output = try sandbox.expectSuccess(matrix + options, input: input).output
    let laid = try #require(Y4MStream(output, frameBytes: given[0].count))
    #expect(laid.header == "YUV4MPEG2 W41 H23 F25:1 Ip A1:1 \(color)")
    for (frame, (mask, result)) in zip(masks.frames, laid.frames).enumerated() {
      for pixel in 0..<41 * 23 {
        // Green is 173 in BT.709.
        let expected = (Int(given[frame][pixel]) * Int(mask[pixel]) + 173 * (255 - Int(mask[pixel])) + 127) / 255
        #expect(Int(result[pixel]) == expected)
      }
    }
  }

  @Test func badStreamsAreTold() throws {
    let sandbox = try Sandbox()
    let frame = [UInt8](repeating: 100, count: 6)
    func fails(_ header: String, _ frames: [[UInt8]] = [], rest: String = "", says: String, code: Int32 = 5) throws {
      try sandbox.expectFailure(code, stream, says: says, input: Y4MStream.bytes(header, frames) + Array(rest.utf8))
    }
    try fails("W2 H2", says: "standard input holds no frame")
    try fails("W2 H2", rest: "FRAME\nabc", says: "ends in the middle of frame 1, after 3 of its 6 bytes")
    try fails("W2", [frame], says: "without the parameter H")
    try fails("W60000 H60000", [frame], says: "claims frames of 60000×60000")
    try fails("W2 H2 C420p9", [frame], says: "-pix_fmt yuv420p")
    try sandbox.expectFailure(
      5, stream, says: "is no YUV4MPEG2 stream; for raw frames give --width and --height", input: frame)
    try sandbox.expectFailure(5, stream + ["--y4m"], says: "ffmpeg -i IN -f yuv4mpegpipe -", input: frame)
    try sandbox.expectFailure(2, stream + ["--y4m", "--width", "2", "--height", "2"], says: "leave out --width")
    let input = Y4MStream.bytes("W2 H2", [frame])
    try sandbox.expectFailure(2, stream + ["--width", "3", "--height", "2"], says: "of 2×2, not 3×2", input: input)
    try sandbox.expectFailure(4, stream + ["--model", "nothing"], says: "nothing", input: input)
    // What was whole is written.
    let outcome = try sandbox.run(stream, input: input + Array("FRAME\nab".utf8))
    #expect(outcome.code == 5 && Y4MStream(outcome.output, frameBytes: 4)?.frames.count == 1, "\(outcome.errors)")
  }

  /// ffmpeg reads what is written, with the size, the rate and the pixel aspect, and the alpha of cut-outs.
  @Test(arguments: ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "gray", "yuv420p10le"], [5, 30])
  func ffmpegReadsEverything(pixels: String, rate: Int) throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    // ffmpeg writes deep frames of odd sizes with too few bytes.
    let size = pixels.hasSuffix("10le") ? "66x48" : "65x47"
    let outcome = try sandbox.shell(
      """
      set -e
      ffmpeg -v error -f lavfi -i testsrc=size=\(size):rate=\(rate):duration=1 -vf setsar=4/3 -pix_fmt \(pixels) \
        -strict -1 -f yuv4mpegpipe in.y4m
      for output in mask composite cutout; do
        "$U2CL" stream --model '\(Sandbox.tinyModel)' --size 32 -q -o $output < in.y4m > $output
        ffprobe -v error -count_frames -show_entries \
          stream=width,height,sample_aspect_ratio,pix_fmt,r_frame_rate,nb_read_frames -of csv=p=0 $output
      done
      ffmpeg -v error -i cutout -vf alphaextract -f rawvideo -pix_fmt gray alpha
      ffmpeg -v error -i mask -f rawvideo -pix_fmt gray masks
      """)
    #expect(outcome.code == 0, "\(outcome.errors)")
    // What ffmpeg calls the full range depends on its version.
    let composites = ["gray": "yuv444p", "yuvj420p": "yuv420p"][pixels] ?? pixels
    let names = ["gray", composites, pixels.hasSuffix("10le") ? "yuva444p10le" : "yuva444p"]
    #expect(
      outcome.lines.map { $0.split(separator: "yuvj").joined(separator: "yuv") }
        == names.map { "\(size.split(separator: "x").joined(separator: ",")),4:3,\($0),\(rate)/1,\(rate)" })
    let (alpha, masks) = (try Sandbox.bytes(sandbox.folder + "/alpha"), try Sandbox.bytes(sandbox.folder + "/masks"))
    #expect(alpha.count == masks.count && zip(alpha, masks).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  /// The recipe of docs/cli.md holds for a clip that a player turns, without any number.
  @Test func theRecipeHoldsForATurnedClip() throws {
    let sandbox = try Sandbox()
    guard try sandbox.hasFFmpeg else { return }
    try VideoClips.turned(in: sandbox)
    let outcome = try sandbox.shell(
      """
      set -e; set -o pipefail
      u2cl() { "$U2CL" "$@" --model '\(Sandbox.tinyModel)' --size 32 -q; }
      ffmpeg -v error -i turned.mp4 -f yuv4mpegpipe - |
        u2cl stream --output composite --background 00FF00 |
        ffmpeg -v error -i - -i turned.mp4 -map 0:v -map 1:a? -c:a copy -pix_fmt yuv420p green.mp4
      ffmpeg -v error -i turned.mp4 -f yuv4mpegpipe - |
        u2cl stream --output cutout --smooth 0.5 |
        ffmpeg -v error -i - -i turned.mp4 -map 0:v -map 1:a? -c:a copy -c:v ffv1 cutout.mkv
      for file in green.mp4 cutout.mkv; do
        ffprobe -v error -count_frames -select_streams v:0 -show_entries \
          stream=width,height,nb_read_frames,pix_fmt,r_frame_rate -of csv=p=0 $file
      done
      """)
    #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.lines == ["48,64,yuv420p,10/1,10", "48,64,yuva444p,10/1,10"])
  }
}
