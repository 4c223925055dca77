internal import HTTPTypes
internal import PictureService
internal import U2Net

/// Parameters that remove.bg's and Photoroom's interfaces share, and their notations.
enum CutoutParameters {
  /// Whether a client wants JSON. Many programs accept JSON and anything else by default, and expect a picture.
  static func wantsJSON(_ head: HTTPRequest) -> Bool {
    guard let accept = head.headerFields[.accept]?.lowercased() else { return false }
    return accept.contains("application/json") && !accept.contains("*/*") && !accept.contains("image/")
  }

  /// The channels: whether the result is alpha alone.
  static func isAlphaOnly(_ reader: inout ParameterReader) throws(Refusal) -> Bool {
    try reader.choice("channels", ["rgba": false, "alpha": true]) ?? false
  }

  /// The colour behind the foreground; nil for none.
  static func color(_ reader: inout ParameterReader, _ name: String) throws(Refusal) -> CutoutOrder.Color? {
    guard let text = try reader.text(name) else { return nil }
    guard let color = ColorText.color(text) else {
      throw .badRequest("\(name) is a colour: 3, 4, 6 or 8 hexadecimal digits, or a name, such as 81d4fa or green")
    }
    return color
  }

  /// Lengths, separated by spaces or commas, each as `30px`, `30` or `10%`; nil if the text is something else.
  static func lengths(_ text: String) -> [CutoutOrder.Length]? {
    let words = text.split { $0 == " " || $0 == "," }
    let lengths = words.compactMap(length)
    return lengths.count == words.count ? lengths : nil
  }

  private static func length(_ word: Substring) -> CutoutOrder.Length? {
    if word.hasSuffix("%") { return number(word.dropLast()).map { .part($0 / 100) } }
    return number(word.hasSuffix("px") ? word.dropLast(2) : word).map { .pixels($0) }
  }

  /// A number of percent, `0%` to `100%`, as a part of 1; nil if the text is something else.
  static func part(_ word: some StringProtocol) -> Double? {
    guard word.hasSuffix("%"), let value = number(Substring(word).dropLast()), value <= 100 else { return nil }
    return value / 100
  }

  /// A finite number that is not negative.
  private static func number(_ word: Substring) -> Double? {
    guard word.utf8.count <= 12, let value = Double(word), value.isFinite, value >= 0, value <= 1e6 else { return nil }
    return value
  }
}

extension CutoutAnswer {
  /// The media type and the bytes of what is sent.
  var content: (mediaType: String, bytes: [UInt8]) {
    switch files {
    case .one(let bytes, let format): return (format.mediaType, bytes)
    case .colorAndAlpha(let color, let alpha):
      var zip = StoredZip()
      zip.add("color.jpg", color)
      zip.add("alpha.png", alpha)
      return ("application/zip", zip.archive)
    }
  }
}

extension Reply {
  /// Says in the header, and in the log, what is known of a cut-out.
  mutating func describe(_ answer: CutoutAnswer) {
    let box = answer.foreground
    set("X-Width", to: answer.size.width)
    set("X-Height", to: answer.size.height)
    set("X-Foreground-Top", to: box.rows.lowerBound)
    set("X-Foreground-Left", to: box.columns.lowerBound)
    set("X-Foreground-Width", to: box.size.width)
    set("X-Foreground-Height", to: box.size.height)
    (remarks.model, remarks.device) = (answer.model, answer.device)
  }
}
