internal import Tensors

/// The header of a YUV4MPEG2 stream: a line of parameters, each a letter and a value.
package struct Y4MHeader: Hashable, Sendable {
  package static let signature: [UInt8] = Array("YUV4MPEG2".utf8)

  package let format: VideoFormat
  /// Parameters that begin with X and are of no meaning here; they are passed on.
  package let others: [String]

  package init(_ format: VideoFormat, others: [String] = []) {
    self.format = format
    self.others = others
  }

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - line: the header without its signature and without the line feed.
  ///   - pixelLimit: the most pixels of a frame to accept.
  package init(line: some Sequence<UInt8>, pixelLimit: Int) throws(Y4MError) {
    var (width, height): (Int?, Int?) = (nil, nil)
    var layout = PixelLayout(.both, siting: .center)
    var (rate, aspect) = (VideoFormat.Ratio.unknown, VideoFormat.Ratio.unknown)
    var fields = VideoFormat.Fields.unknown
    var isFullRange = false
    var others: [String] = []
    for token in String(decoding: Array(line), as: UTF8.self).unicodeScalars.split(separator: " ") {
      let value = String(String.UnicodeScalarView(token.dropFirst()))
      switch token.first {
      case "W": width = try Self.extent(value, of: "W")
      case "H": height = try Self.extent(value, of: "H")
      case "F": rate = try Self.ratio(value, of: "F")
      case "A": aspect = try Self.ratio(value, of: "A")
      case "I": fields = try Self.fields(value)
      case "C":
        guard let known = PixelLayout(colorSpace: value) else { throw .colorSpace(value) }
        layout = known
      case "X":
        if value == "COLORRANGE=FULL" {
          isFullRange = true
        } else if !value.hasPrefix("COLORRANGE=") && !value.hasPrefix("YSCSS=") {
          others.append(value)
        }
      // The format lets readers skip what they do not know.
      default: break
      }
    }
    guard let width else { throw .parameter("W", value: nil) }
    guard let height else { throw .parameter("H", value: nil) }
    guard width <= 1 << 16, height <= 1 << 16, width * height <= pixelLimit else {
      throw .tooLarge(width: width, height: height, limit: pixelLimit)
    }
    var format = VideoFormat(size: Size(height: height, width: width), layout: layout)
    (format.rate, format.aspect, format.fields, format.color.isFullRange) = (rate, aspect, fields, isFullRange)
    self.init(format, others: others)
  }

  private static func extent(_ text: String, of name: Character) throws(Y4MError) -> Int {
    guard let value = number(text), value > 0 else { throw .parameter(name, value: text) }
    return value
  }

  private static func ratio(_ text: String, of name: Character) throws(Y4MError) -> VideoFormat.Ratio {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let above = number(parts[0]), let below = number(parts[1]), (above == 0) == (below == 0)
    else { throw .parameter(name, value: text) }
    return VideoFormat.Ratio(above, below)
  }

  /// A number of up to nine decimal digits.
  private static func number(_ text: some StringProtocol) -> Int? {
    (1...9).contains(text.utf8.count) && text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
  }

  private static func fields(_ text: String) throws(Y4MError) -> VideoFormat.Fields {
    switch text {
    case "p": .none
    case "t": .topFirst
    case "b": .bottomFirst
    case "m": .mixed
    case "?": .unknown
    default: throw .parameter("I", value: text)
    }
  }

  /// The header as it is written, with the line feed.
  package var bytes: [UInt8] {
    let fields =
      switch format.fields {
      case .none: "p"
      case .topFirst: "t"
      case .bottomFirst: "b"
      case .mixed: "m"
      case .unknown: "?"
      }
    let rate = format.rate.isKnown ? ["F\(format.rate.numerator):\(format.rate.denominator)"] : []
    let words =
      ["YUV4MPEG2", "W\(format.size.width)", "H\(format.size.height)"] + rate
      + ["I\(fields)", "A\(format.aspect.numerator):\(format.aspect.denominator)", "C\(format.layout.colorSpace)"]
      // Old versions of ffmpeg refuse what the other range is called.
      + (format.color.isFullRange ? ["XCOLORRANGE=FULL"] : []) + others.map { "X\($0)" }
    return Array("\(words.joined(separator: " "))\n".utf8)
  }

  /// What precedes each frame.
  package static let frameHeader: [UInt8] = Array("FRAME\n".utf8)
}
