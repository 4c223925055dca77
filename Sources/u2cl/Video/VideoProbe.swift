import Video

/// What ffprobe says of a file.
struct VideoProbe: Decodable, Sendable {
  /// A stream of the file.
  struct Stream: Decodable, Sendable {
    let index: Int
    let codec_type: String?
    let codec_name: String?
    let codec_tag_string: String?
    let width: Int?
    let height: Int?
    let pix_fmt: String?
    let r_frame_rate: String?
    let avg_frame_rate: String?
    let nb_frames: String?
    let start_time: String?
    let duration: String?
    let field_order: String?
    let color_space: String?
    let color_transfer: String?
    let color_primaries: String?
    let disposition: [String: Int]?
  }

  /// The file as a whole.
  struct Format: Decodable, Sendable {
    let format_name: String?
    let start_time: String?
    let duration: String?
  }

  let streams: [Stream]?
  let format: Format?
}

extension VideoProbe.Stream {
  /// Whether the stream is a video, and no picture that comes with the sound.
  var isVideo: Bool { codec_type == "video" && !isCover }

  /// Whether the stream is a picture that comes with the sound.
  var isCover: Bool { codec_type == "video" && disposition?["attached_pic"] == 1 }

  /// What the stream is, such as `audio stream 1 (aac)`.
  var name: String {
    let codec = codec_name ?? codec_tag_string
    return "\(codec_type ?? "unknown") stream \(index)\(codec.map { " (\($0))" } ?? "")"
  }

  /// Frames a second if every frame lasts equally long; nil otherwise.
  var constantRate: VideoFormat.Ratio? {
    guard let base = ratio(r_frame_rate), let mean = ratio(avg_frame_rate),
      abs(base.value - mean.value) < 0.001 * base.value
    else { return nil }
    return base
  }

  /// The ticks of the result's clock in a second: a whole number to a frame if the rate is constant, and few enough for
  /// MPEG-4, whose clock has 16 bits.
  var ticks: Int {
    guard let rate = constantRate, rate.numerator <= 65_535 else { return 60_000 }
    return rate.numerator * max(1, 48_000 / rate.numerator)
  }

  /// Frames a second on average.
  var meanRate: VideoFormat.Ratio? { ratio(avg_frame_rate) ?? ratio(r_frame_rate) }

  private func ratio(_ text: String?) -> VideoFormat.Ratio? {
    let parts = (text ?? "").split(separator: "/").map { Int($0) }
    guard parts.count == 2, let above = parts[0], let below = parts[1], above > 0, below > 0 else { return nil }
    return VideoFormat.Ratio(above, below)
  }

  /// Whether the fields of a frame were taken one after the other.
  var isInterlaced: Bool { ["tt", "bb", "tb", "bt"].contains(field_order) }

  /// Whether the samples are red, green and blue.
  var isRGB: Bool {
    let name = pix_fmt ?? ""
    return ["rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "bayer"].contains { name.hasPrefix($0) }
  }

  /// Whether the frames may be transparent.
  var hasAlpha: Bool {
    let name = pix_fmt ?? ""
    return ["yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16"].contains { name.hasPrefix($0) }
  }

  /// What the samples mean. Frames of red, green and blue are converted by BT.709.
  var color: VideoColor {
    var color = VideoColor()
    color.tags.matrix = isRGB ? 1 : Self.matrices[color_space ?? ""]
    color.tags.transfer = Self.transfers[color_transfer ?? ""]
    color.tags.primaries = Self.primaries[color_primaries ?? ""]
    color.matrix =
      switch color.tags.matrix {
      case 1: .bt709
      case 4, 5, 6: .bt601
      case 9, 10: .bt2020
      default: nil
      }
    return color
  }

  /// Whether the colours are brighter than a display of standard range shows.
  var isHDR: Bool { ["smpte2084", "arib-std-b67"].contains(color_transfer) }

  private static let matrices = [
    "bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "bt2020nc": 9, "bt2020c": 10,
  ]
  private static let transfers = [
    "bt709": 1, "gamma22": 4, "bt470m": 4, "gamma28": 5, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "linear": 8,
    "iec61966-2-4": 11, "bt1361e": 12, "iec61966-2-1": 13, "bt2020-10": 14, "bt2020-12": 15, "smpte2084": 16,
    "smpte428": 17, "arib-std-b67": 18,
  ]
  private static let primaries = [
    "bt709": 1, "bt470m": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "film": 8, "bt2020": 9, "smpte428": 10,
    "smpte431": 11, "smpte432": 12,
  ]
}
