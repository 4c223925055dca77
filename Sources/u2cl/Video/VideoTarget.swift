import Files
import Models
import U2Net
import Video

/// How the result is stored, by the ending of its name.
struct VideoTarget: Sendable {
  /// The containers, by ffmpeg's names.
  enum Container: String, Sendable {
    case mp4, mov, matroska, webm
  }

  let path: FilePath
  let container: Container
  private let output: FrameOutput
  private let quality: Int?
  private let encoders: Set<String>

  /// - Throws: `Failure` if the ending says no container, or one that holds no alpha.
  init(_ path: FilePath, _ output: FrameOutput, quality: Int?, _ programs: FFmpeg) throws(Failure) {
    let container: Container? =
      switch path.extension?.lowercased() {
      case "mp4", "m4v": .mp4
      case "mov": .mov
      case "mkv": .matroska
      case "webm": .webm
      default: nil
      }
    guard let container else {
      throw Failure(
        .usage, "\(path): the name says no container; end it in .mp4, .mov, .mkv or .webm, or use u2cl stream")
    }
    if output == .cutout, container == .mp4 {
      throw Failure(
        .usage,
        "\(path): MP4 holds no transparency; end the name in .mov (ProRes 4444), .webm (VP9) or .mkv (FFV1)")
    }
    if path.isFolder { throw Failure(.file, "\(path) is a folder; name a file") }
    guard path.parent.isFolder else { throw Failure(.file, "there is no folder \(path.parent); make it first") }
    (self.path, self.container, self.output, self.quality) = (path, container, output, quality)
    encoders = programs.encoders()
  }

  /// An encoder, the pixel format that it gets, and its further arguments.
  private struct Codec {
    let encoder: String
    let pixels: String
    var options: [String] = []
  }

  /// The arguments for the video of frames in a format.
  ///
  /// - Throws: `Failure` if ffmpeg has no fitting encoder.
  func codec(_ format: VideoFormat) throws(Failure) -> [String] {
    let codecs = codecs(format)
    guard let codec = codecs.first(where: { encoders.contains($0.encoder) }) else {
      let names = codecs.map(\.encoder).joined(separator: " or ")
      throw Failure(.file, "\(path): this ffmpeg has no encoder \(names); install another, or choose another ending")
    }
    return ["-c:0", codec.encoder, "-pix_fmt:0", codec.pixels] + codec.options
  }

  /// What fits, best first.
  private func codecs(_ format: VideoFormat) -> [Codec] {
    let isDeep = format.layout.depth > 8
    // H.264 and HEVC have 4:2:0 in even sizes only.
    let isEven = format.size.width % 2 == 0 && format.size.height % 2 == 0
    let plain = (isEven ? "yuv420p" : "yuv444p") + (isDeep ? "10le" : "")
    // Containers sum up a track's duration in the order of decoding, which is only right for even steps.
    let order = format.rate.isKnown ? [] : ["-bf:0", "0"]
    switch (output, container) {
    case (.cutout, .mov):
      return [
        Codec(
          encoder: "prores_ks", pixels: "yuva444p10le",
          options: ["-profile:0", "4444", "-vendor:0", "apl0", "-alpha_bits:0", "16"])
      ]
    case (.cutout, .matroska), (.cutout, .mp4):
      let depth = isDeep ? "\(format.layout.depth)le" : ""
      return [Codec(encoder: "ffv1", pixels: "yuva444p\(depth)", options: lossless)]
    case (.cutout, .webm): return [vp9("yuva420p", ["-auto-alt-ref:0", "0"])]
    case (_, .webm): return [vp9("yuv420p", [])]
    case (.mask, .matroska): return [Codec(encoder: "ffv1", pixels: "gray", options: lossless)]
    case (_, .mp4), (_, .mov), (_, .matroska):
      let tag = container == .matroska ? [] : ["-tag:0", "hvc1"]
      let hevc = Codec(
        encoder: "libx265", pixels: plain,
        options: ["-crf:0", "\(quality ?? 18)", "-x265-params:0", "log-level=error"] + tag + order)
      let h264 = Codec(encoder: "libx264", pixels: plain, options: ["-crf:0", "\(quality ?? 18)"] + order)
      let mpeg4 = Codec(encoder: "mpeg4", pixels: "yuv420p", options: ["-q:0", "3"])
      return (isDeep ? [hevc] : []) + [h264, mpeg4]
    }
  }

  private let lossless = ["-level:0", "3"]

  private func vp9(_ pixels: String, _ options: [String]) -> Codec {
    Codec(
      encoder: "libvpx-vp9", pixels: pixels,
      options: ["-crf:0", "\(quality ?? 24)", "-b:0", "0", "-row-mt:0", "1", "-cpu-used:0", "4"] + options)
  }

  /// The arguments of the container.
  var muxing: [String] {
    let fast = container == .mp4 || container == .mov ? ["-movflags", "+faststart"] : []
    return fast + ["-f", container.rawValue]
  }

  /// What the user should know about the result.
  func notes(_ format: VideoFormat) -> [String] {
    let isEven = format.size.width % 2 == 0 && format.size.height % 2 == 0
    guard !isEven, output != .cutout, container == .mp4 || container == .mov else { return [] }
    return ["\(format.size) is odd, so the video is 4:4:4, which some players lack"]
  }
}
