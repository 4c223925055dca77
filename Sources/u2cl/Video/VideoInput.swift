import Files
import Models
import U2Net
import Video

/// The video that is read.
struct VideoInput: Sendable {
  let path: FilePath
  /// The stream whose frames are masked.
  let video: VideoProbe.Stream
  /// The other streams.
  let others: [VideoProbe.Stream]
  /// Where the file's clock begins, in microseconds.
  let start: Int
  /// Where the video ends on the file's clock, in microseconds; nil if the file does not say.
  let end: Int?
  /// The number of frames that are expected; nil if nothing is known.
  let frameCount: Int?

  /// - Throws: `Failure` if there is no video in the file.
  init(_ path: FilePath, _ programs: FFmpeg) throws(Failure) {
    try Self.check(path)
    let probe = try programs.probe(path)
    let streams = probe.streams ?? []
    let format = probe.format?.format_name ?? ""
    if format.hasPrefix("image2") || format.hasSuffix("_pipe") || Self.isStill(path) {
      throw Failure(.file, "\(path) is a picture; use u2cl run")
    }
    guard
      let video = streams.first(where: { $0.isVideo && $0.disposition?["default"] == 1 })
        ?? streams.first(where: \.isVideo)
    else {
      let cover = streams.contains(where: \.isCover) ? " but a cover picture" : ""
      throw Failure(.file, "\(path) has no video\(cover); name a file with one")
    }
    self.path = path
    self.video = video
    others = streams.filter { $0.index != video.index }
    start = probe.format?.start_time.flatMap(Double.init).map { Int(($0 * 1e6).rounded()) } ?? 0
    let (first, length) = (video.start_time.flatMap(Double.init), video.duration.flatMap(Double.init))
    end = first.flatMap { first in length.map { Int(((first + $0) * 1e6).rounded()) } }
    let seconds = (video.duration ?? probe.format?.duration).flatMap(Double.init)
    let estimate = seconds.flatMap { seconds in video.meanRate.map { seconds * $0.value } }
    frameCount =
      video.nb_frames.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
      ?? estimate.flatMap { 1..<1e9 ~= $0 ? Int($0.rounded()) : nil }
  }

  private static func check(_ path: FilePath) throws(Failure) {
    if path == "-" { throw Failure(.usage, "u2cl video takes files; for standard input there is u2cl stream") }
    guard let kind = path.kind() else {
      if path.string.contains("://") { throw Failure(.usage, "\(path) is an address; download the file first") }
      throw Failure(.file, "\(path): there is no such file; check the path")
    }
    switch kind {
    case .regular: break
    case .folder: throw Failure(.file, "\(path) is a folder; name a video")
    // The file is read twice: once for its frames, once for its sound.
    default: throw Failure(.file, "\(path) is no regular file; for a pipe there is u2cl stream")
    }
    if path.byteCount() == 0 { throw Failure(.file, "\(path) is empty; copy it again") }
  }

  /// Whether the file is a HEIC or AVIF picture, which ffprobe takes for a video of one frame.
  private static func isStill(_ path: FilePath) -> Bool {
    guard let file = try? FileDescriptor.reading(path) else { return false }
    let first = file.closeAfter {
      [UInt8](unsafeUninitializedCapacity: 12) { buffer, count in
        count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
      }
    }
    return ["ftypheic", "ftypheix", "ftypmif1", "ftypavif"].contains { first.dropFirst(4).elementsEqual($0.utf8) }
  }

  /// What the user should know about the video.
  var notes: [String] {
    var notes: [String] = []
    if others.contains(where: \.isVideo) { notes.append("only the video stream \(video.index) is taken, no other") }
    if others.contains(where: \.isCover) { notes.append("its cover picture is left out") }
    if video.hasAlpha { notes.append("its own transparency is left out") }
    if video.isInterlaced { notes.append("it is interlaced; its frames are deinterlaced (bwdif)") }
    if video.isHDR { notes.append("it is HDR; its colours are kept, and the model sees them as they are stored") }
    return notes
  }
}

extension VideoInput {
  /// The pixel formats that are read, by ffmpeg's names.
  ///
  /// ffmpeg writes deep frames of odd sizes with too few bytes of chroma, unless there is a sample for each pixel.
  private var pixelFormats: [String] {
    let isOdd = [video.width, video.height].contains { ($0 ?? 0) % 2 == 1 }
    return Self.pixelFormats.filter { !isOdd || !$0.hasSuffix("le") || $0.hasPrefix("yuv444") }
  }

  private static let pixelFormats = [
    "yuv420p", "yuv422p", "yuv444p", "yuv411p", "gray", "yuvj420p", "yuvj422p", "yuvj444p", "yuv420p10le",
    "yuv422p10le",
    "yuv444p10le", "yuv420p12le", "yuv422p12le", "yuv444p12le", "yuv420p16le", "yuv422p16le", "yuv444p16le",
  ]

  /// The arguments with which ffmpeg writes upright frames to its standard output, in YUV4MPEG2, and a line for each to
  /// its descriptor 3, with the time in microseconds.
  ///
  /// - Parameter kept: the other streams of the result. ffmpeg's clock begins with the first of the streams that it
  ///   reads, and where a capture jumps in time, it follows all of them; so both runs of it read the same ones.
  func decoding(_ programs: FFmpeg, _ kept: KeptStreams) -> [[UInt8]] {
    var filters: [String] = []
    if video.isInterlaced { filters.append("bwdif=mode=send_frame:deint=interlaced") }
    if video.isRGB { filters.append("scale=out_color_matrix=bt709:out_range=tv") }
    // A frame without metadata gets no line.
    filters += [
      "settb=AVTB", "metadata=mode=add:key=u2cl:value=1", #"metadata=mode=print:direct=1:file=pipe\\:3"#,
      "format=pix_fmts=\(pixelFormats.joined(separator: "|"))",
    ]
    let before = FFmpeg.commonOptions
    let after = [
      "-map", "0:\(video.index)", "-vf", filters.joined(separator: ","), programs.frameRateOption, "passthrough",
      "-strict", "-1", "-f", "yuv4mpegpipe", "pipe:1",
    ]
    let others = kept.isEmpty ? [] : kept.maps(input: 0) + ["-c", "copy", "-f", "null", "-"]
    return before.map { Array($0.utf8) } + FFmpeg.input(path) + (after + others).map { Array($0.utf8) }
  }
}
