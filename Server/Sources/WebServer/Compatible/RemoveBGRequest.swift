package import PictureService
internal import U2Net

/// What a client of remove.bg asks for.
package struct RemoveBGRequest: Sendable {
  /// Where a picture is.
  package enum Source: Sendable {
    /// In the request.
    case file([UInt8])
    /// At an address.
    case url(String)
  }

  /// The picture.
  package let source: Source
  /// The picture behind the foreground; nil for none, or for one that the order has.
  package let background: Source?
  /// What is made. A picture behind it, if it is in the request, is part of the order.
  package let order: CutoutOrder
  /// What the answer says about the type of the foreground; nil for nothing.
  package let type: String?
  /// The model that the type needs; nil for that of the server.
  package let neededModel: String?

  static let names = [
    "image_file", "image_file_b64", "image_url", "size", "type", "type_level", "format", "roi", "crop", "crop_margin",
    "scale", "position", "channels", "add_shadow", "shadow_type", "shadow_opacity", "semitransparency", "bg_color",
    "bg_image_url", "bg_image_file",
  ]

  /// Reads a form.
  ///
  /// - Throws: `RemoveBGProblem`, or `Refusal` that names what cannot be done.
  init(_ form: Form) throws {
    var reader = ParameterReader(form, names: Self.names)
    source = try Self.source(&reader)
    var order = CutoutOrder()
    order.pixelLimit = try reader.choice("size", Self.sizes) ?? 250_000
    order.isAlphaOnly = try CutoutParameters.isAlphaOnly(&reader)
    order.format = try reader.choice("format", Self.formats) ?? .automatic
    if order.isAlphaOnly, order.format == .colorAndAlpha {
      throw Refusal.badRequest("format: zip holds alpha anyway; leave out channels, or send another format")
    }
    try Self.readPlacement(&reader, &order)
    background = try Self.background(&reader, &order)
    try Self.refuseOthers(&reader)
    (type, neededModel) = try Self.type(&reader)
    self.order = order
    try reader.finish()
  }

  /// Reads fields and files.
  package init(fields: [(String, String)], files: [String: [UInt8]]) throws {
    try self.init(Form(fields, files))
  }

  private static let sizes: KeyValuePairs = [
    "preview": 250_000, "small": 250_000, "regular": 250_000, "medium": 1_500_000, "hd": 4_000_000,
    "full": 25_000_000, "4k": 25_000_000, "auto": 25_000_000, "50mp": 50_000_000,
  ]

  private static let formats: KeyValuePairs<String, CutoutOrder.Format> = [
    "auto": .automatic, "png": .one(.png), "jpg": .one(.jpeg), "jpeg": .one(.jpeg), "webp": .one(.webp),
    "zip": .colorAndAlpha,
  ]

  private static func source(_ reader: inout ParameterReader) throws -> Source {
    let files = [reader.file("image_file"), reader.file("image_file_b64")].compactMap { $0.map(Source.file) }
    let sources = files + (try reader.text("image_url").map { [Source.url($0)] } ?? [])
    guard let source = sources.first else { throw RemoveBGProblem.missingSource }
    guard sources.count == 1 else { throw RemoveBGProblem.multipleSources }
    return source
  }

  private static func background(
    _ reader: inout ParameterReader, _ order: inout CutoutOrder
  ) throws(Refusal) -> Source? {
    let color = try CutoutParameters.color(&reader, "bg_color")
    let file = reader.file("bg_image_file")
    let url = try reader.text("bg_image_url")
    let count = (color == nil ? 0 : 1) + (file == nil ? 0 : 1) + (url == nil ? 0 : 1)
    guard count < 2 else { throw .badRequest("send one of bg_color, bg_image_file and bg_image_url") }
    guard count == 0 || !order.isAlphaOnly else {
      throw .badRequest("channels: alpha has no background; leave out bg_color, bg_image_file and bg_image_url")
    }
    if let color { order.background = .color(color) }
    if let file { order.background = .picture(file) }
    return url.map { .url($0) }
  }

  /// Refuses what the server has not, unless it is switched off.
  private static func refuseOthers(_ reader: inout ParameterReader) throws(Refusal) {
    let off = ["false", "0", "none"]
    try reader.refuse("add_shadow", but: off, "there are no artificial shadows")
    try reader.refuse("shadow_type", but: ["none", "auto"], "there are no artificial shadows")
    // Without a shadow it has no meaning.
    try reader.refuse("shadow_opacity", but: ["0", "50"], "there are no artificial shadows")
    try reader.refuse("semitransparency", but: ["true", "1"], "windows and glass cannot be made opaque")
  }

  private static func type(_ reader: inout ParameterReader) throws(Refusal) -> (String?, neededModel: String?) {
    let isPerson = try reader.text("type").map { text throws(Refusal) in
      guard ["auto", "person"].contains(text.lowercased()) else {
        throw .badRequest("type: only auto and person can be told; whatever stands out is the foreground")
      }
      return text.lowercased() == "person"
    }
    let says = try reader.text("type_level").map { text throws(Refusal) in
      guard ["none", "1"].contains(text.lowercased()) else {
        throw .badRequest("type_level: the types of foregrounds are not told apart; only none and 1 can be heeded")
      }
      return text.lowercased() == "1"
    }
    let type = isPerson == true ? "person" : "other"
    return ((says ?? true) ? type : nil, isPerson == true ? "u2net_human_seg" : nil)
  }

  // MARK: - Placement

  private static func readPlacement(_ reader: inout ParameterReader, _ order: inout CutoutOrder) throws(Refusal) {
    order.region = try region(&reader)
    let margins = try margins(&reader)
    // As at remove.bg, a margin without crop has no effect.
    if try reader.flag("crop") ?? false { order.crop = margins }
    order.scale = try scale(&reader)
    order.position = try position(&reader, or: order.scale == nil ? nil : .center)
  }

  private static func region(_ reader: inout ParameterReader) throws(Refusal) -> CutoutOrder.Region? {
    guard let text = try reader.text("roi") else { return nil }
    guard let edges = CutoutParameters.lengths(text), edges.count == 4 else {
      throw .badRequest("roi has four lengths, x1 y1 x2 y2, each such as 30px or 10%")
    }
    return CutoutOrder.Region(horizontal: (edges[0], edges[2]), vertical: (edges[1], edges[3]))
  }

  private static func margins(_ reader: inout ParameterReader) throws(Refusal) -> CutoutOrder.Margins {
    guard let text = try reader.text("crop_margin") else { return .none }
    let lengths = CutoutParameters.lengths(text) ?? []
    let isInRange = lengths.allSatisfy { length in
      switch length {
      case .pixels(let pixels): pixels <= 500
      case .part(let part): part <= 0.5
      }
    }
    guard [1, 2, 4].contains(lengths.count), isInRange else {
      throw .badRequest("crop_margin has 1, 2 or 4 lengths, each up to 500px or 50%")
    }
    let (top, right) = (lengths[0], lengths.count > 1 ? lengths[1] : lengths[0])
    let (bottom, left) = lengths.count == 4 ? (lengths[2], lengths[3]) : (top, right)
    return CutoutOrder.Margins(top: top, right: right, bottom: bottom, left: left)
  }

  private static func scale(_ reader: inout ParameterReader) throws(Refusal) -> Double? {
    guard let text = try reader.text("scale"), text.lowercased() != "original" else { return nil }
    guard let part = CutoutParameters.part(text), part >= 0.1 else {
      throw .badRequest("scale is original, or goes from 10% to 100%")
    }
    return part
  }

  private static func position(
    _ reader: inout ParameterReader, or standard: CutoutOrder.Position?
  ) throws(Refusal) -> CutoutOrder.Position? {
    guard let text = try reader.text("position") else { return standard }
    if text.lowercased() == "original" { return nil }
    if text.lowercased() == "center" { return .center }
    let words = text.split { $0 == " " || $0 == "," }
    let parts = words.compactMap { CutoutParameters.part($0) }
    guard (1...2).contains(words.count), parts.count == words.count else {
      throw .badRequest("position is original, center, or one or two of 0% to 100%")
    }
    return CutoutOrder.Position(horizontal: parts[0], vertical: parts.count == 2 ? parts[1] : parts[0])
  }
}
