import PictureService
import Testing
import U2Net
import WebServer

@Suite("Parameters of other programs' interfaces")
struct CompatibleParameterTests {
  private static let files = ["image_file": [UInt8(1)]]

  private func removeBG(_ fields: [(String, String)]) throws -> CutoutOrder {
    try RemoveBGRequest(fields: fields, files: Self.files).order
  }

  /// The line that says why a request is refused.
  private func refusal(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? Refusal)?.detail
    }
  }

  @Test(
    "rembg's kinds of results",
    arguments: [
      ([:], .plain), (["om": "true", "a": "true"], .mask), (["a": "1", "dc": "1"], .matted),
      (["dc": "on"], .decontaminated),
      (["extras": "{\"putalpha\": true}", "dc": "1"], .alphaReplaced), (["vm": "false", "a": "0"], .plain),
      (["af": "200", "ab": "0", "ae": "40", "bgc": "", "extras": ""], .plain),
      (["a": "true", "af": "240", "ab": "10", "ae": "10"], .matted),
    ] as [([String: String], RembgOrder.Result)])
  func rembgResults(_ fields: [String: String], _ result: RembgOrder.Result) throws {
    #expect(try rembg(fields).result == result)
  }

  private func rembg(_ fields: [String: String]) throws -> RembgOrder {
    try RembgParameters.order(fields: fields.map { ($0.key, $0.value) })
  }

  @Test("rembg's other parameters")
  func rembgOthers() throws {
    let order = try RembgParameters.order(fields: [("model", "u2netp"), ("ppm", "t"), ("bgc", "1, 2,3,4")])
    #expect(order.model == "u2netp" && order.isSmoothed)
    #expect(order.background == CutoutOrder.Color(red: 1, green: 2, blue: 3, alpha: 4))
    #expect(try RembgParameters.order(fields: [("om", "1"), ("bgc", "1,2,3,4")]).background == nil)
  }

  @Test(
    "What rembg's interface refuses, by name",
    arguments: [
      ("vm", "1"), ("af", "256"), ("ab", "-1"), ("ae", "1.5"), ("a", "maybe"), ("bgc", "1,2,3"), ("bgc", "1,,2,3"),
      ("bgc", "red"), ("extras", "{\"api_key\": \"x\"}"),
    ])
  func rembgRefusals(_ name: String, _ value: String) throws {
    let line = try #require(refusal { _ = try RembgParameters.order(fields: [(name, value)]) })
    #expect(line.hasPrefix(name))
  }

  @Test("Unknown parameters are refused, without being repeated")
  func unknown() throws {
    let line = try #require(refusal { _ = try RembgParameters.order(fields: [("<b>", "1")]) })
    #expect(line.contains("not known") && !line.contains("<b>"))
    #expect(refusal { _ = try removeBG([("crop_margins", "1")]) }?.contains("not known") == true)
    #expect(refusal { _ = try PhotoroomRoutes.order(fields: [("shadow", "1")]) }?.contains("not known") == true)
    #expect(refusal { _ = try RembgParameters.order(fields: [("om", "1"), ("om", "0")]) }?.contains("twice") == true)
  }

  @Test(
    "remove.bg's sizes",
    arguments: [
      ("preview", 250_000), ("SMALL", 250_000), ("regular", 250_000), ("medium", 1_500_000), ("hd", 4_000_000),
      ("4k", 25_000_000), ("full", 25_000_000), ("auto", 25_000_000), ("50MP", 50_000_000), ("", 250_000),
    ])
  func sizes(_ size: String, _ pixels: Int) throws { #expect(try removeBG([("size", size)]).pixelLimit == pixels) }

  @Test("remove.bg's placement")
  func placement() throws {
    let order = try removeBG([
      ("roi", "10% 20px 90% 400"), ("crop", "true"), ("crop_margin", "1px 10%"), ("scale", "50%"),
      ("position", "0% 100%"),
    ])
    #expect(order.region?.horizontal.0 == .part(0.1) && order.region?.vertical.1 == .pixels(400))
    #expect(order.crop?.top == .pixels(1) && order.crop?.bottom == .pixels(1) && order.crop?.left == .part(0.1))
    #expect(order.scale == 0.5 && order.position == CutoutOrder.Position(horizontal: 0, vertical: 1))
    #expect(try removeBG([("crop_margin", "10px")]).crop == nil)
    #expect(try removeBG([("scale", "50%")]).position == .center)
    #expect(try removeBG([("scale", "50%"), ("position", "original")]).position == nil)
    let four = try removeBG([("crop", "1"), ("crop_margin", "1px,2px,3px,4px")]).crop
    let margins = CutoutOrder.Margins(top: .pixels(1), right: .pixels(2), bottom: .pixels(3), left: .pixels(4))
    #expect(four == margins)
  }

  @Test(
    "What remove.bg's interface refuses, by name",
    arguments: [
      ("size", "huge"), ("type", "car"), ("type_level", "2"), ("format", "gif"), ("roi", "1 2 3"), ("roi", "a b c d"),
      ("crop", "2"), ("crop_margin", "501px"), ("crop_margin", "60%"), ("crop_margin", "nan"), ("scale", "9%"),
      ("scale", "infinity%"), ("position", "left"), ("channels", "rgb"), ("add_shadow", "true"),
      ("semitransparency", "false"), ("bg_color", "12345"), ("shadow_type", "drop"), ("shadow_opacity", "20"),
    ])
  func removeBGRefusals(_ name: String, _ value: String) throws {
    let line = try #require(
      refusal { _ = try RemoveBGRequest(fields: [(name, value)], files: Self.files) })
    #expect(line.hasPrefix(name))
  }

  @Test("remove.bg's sources and backgrounds")
  func sources() throws {
    let url = [("image_url", "http://example.com/")]
    #expect(throws: RemoveBGProblem.self) { try RemoveBGRequest(fields: [], files: [:]) }
    #expect(throws: RemoveBGProblem.self) { try RemoveBGRequest(fields: url, files: Self.files) }
    #expect(throws: RemoveBGProblem.self) { try RemoveBGRequest(fields: [], files: ["image_file": []]) }
    #expect(throws: RemoveBGProblem.self) {
      try RemoveBGRequest(fields: [], files: ["image_file": [1], "image_file_b64": [1]])
    }
    #expect(throws: Never.self) { try RemoveBGRequest(fields: url, files: [:]) }
    let order = try RemoveBGRequest(fields: [], files: ["image_file": [1], "bg_image_file": [2]]).order
    #expect(order.background == .picture([2]))
    #expect(try removeBG([("bg_color", "f008")]).background == .color(.init(red: 255, green: 0, blue: 0, alpha: 0x88)))
    #expect(refusal { _ = try removeBG([("bg_color", "f00"), ("bg_image_url", "http://a")]) } != nil)
    #expect(try RemoveBGRequest(fields: [("type", "person")], files: Self.files).neededModel == "u2net_human_seg")
    #expect(try RemoveBGRequest(fields: [("type_level", "none")], files: Self.files).type == nil)
  }

  @Test("Photoroom's parameters")
  func photoroom() throws {
    let order = try PhotoroomRoutes.order(fields: [
      ("format", "webp"), ("channels", "rgba"), ("bg_color", "#FF0000"), ("size", "hd"), ("crop", "true"),
      ("despill", "false"),
    ])
    #expect(order.format == .one(.webp) && order.pixelLimit == 4_000_000 && order.crop == CutoutOrder.Margins.none)
    #expect(order.background == .color(.init(red: 255, green: 0, blue: 0)))
    #expect(try PhotoroomRoutes.order(fields: []).format == .one(.png))
    for (name, value) in [("despill", "true"), ("size", "auto"), ("format", "zip"), ("channels", "rgb")] {
      #expect(refusal { _ = try PhotoroomRoutes.order(fields: [(name, value)]) }?.hasPrefix(name) == true)
    }
  }

  @Test(
    "Colours",
    arguments: [
      ("fff", 0xffff_ffff), ("#1234", 0x1122_3344), ("81d4fa", 0x81d4_faff), ("#81D4FA77", 0x81d4_fa77),
      ("Red", 0xff00_00ff), ("whitesmoke", 0xf5f5_f5ff), ("transparent", 0),
    ] as [(String, UInt32)])
  func colors(_ text: String, _ value: UInt32) throws {
    let color = try #require(ColorText.color(text))
    let bytes = [color.red, color.green, color.blue, color.alpha]
    let number = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    #expect(number == value)
  }

  @Test("What is no colour", arguments: ["", "#", "ff", "fffff", "fffffffff", "ggg", "rouge", "٣٣٣", "+ff", "0x1"])
  func noColors(_ text: String) { #expect(ColorText.color(text) == nil) }
}
