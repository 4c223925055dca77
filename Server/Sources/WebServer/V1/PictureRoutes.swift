internal import HTTPTypes
internal import PictureService
internal import U2Net

/// Our own interface: results of single pictures.
enum PictureRoutes {
  static var all: [Route] {
    [
      Route(.post, "/v1/remove") { try await result(of: $0, .cutout) },
      Route(.post, "/v1/mask") { try await result(of: $0, .mask) },
    ]
  }

  private static let rules = FormRules(
    files: ["image", "over"], base64Files: ["image": "image", "over": "over"], wholeBody: "image",
    filesOrTexts: ["over"])

  private static func result(of exchange: Exchange, _ kind: Composition.Kind) async throws -> Reply {
    let accept = exchange.head.headerFields[.accept]
    let (answer, order) = try await exchange.answer(rules) { form in
      guard let picture = form.files["image"]?.bytes, !picture.isEmpty else {
        throw Refusal.badRequest(
          "the request has no picture: send its bytes as the body, as the part image of a form, or in base64 as JSON")
      }
      var options = try chosen(form, kind)
      let isJSON = try Negotiation.choose(&options, accepting: accept)
      do throws(ResultOptions.Problem) { try options.finish() } catch { throw Refusal.badRequest(error.description) }
      return PictureOrder(picture: picture, options: options, isJSON: isJSON)
    }
    var reply =
      order.isJSON ? .json(.ok, PictureAnswer(answer)) : Reply(.ok, answer.format.mediaType, answer.bytes)
    reply.headers[.vary] = "Accept"
    PictureAnswer.addHeaders(of: answer, to: &reply)
    return reply
  }

  /// The options of a form that are not checked against each other yet.
  static func chosen(_ form: Form, _ kind: Composition.Kind) throws(Refusal) -> ResultOptions {
    var options = ResultOptions(kind)
    do throws(ResultOptions.Problem) {
      for field in form.fields { try options.set(field.name, to: field.value) }
      if let backdrop = form.files["over"] { try options.set("over", toFile: backdrop.bytes) }
    } catch {
      throw .badRequest(error.description)
    }
    return options
  }
}

/// A result in JSON, and what headers tell of it.
struct PictureAnswer: Encodable {
  /// How long each phase took, in milliseconds, waiting included.
  struct Timings: Encodable {
    var decode = 0.0
    var detect = 0.0
    var encode = 0.0
  }

  /// The file in base64; nil where it is sent by itself.
  var image: String?
  let format: String
  let mediaType: String
  let width: Int
  let height: Int
  let model: String
  let device: String
  let confidence: Confidence?
  let notes: [String]
  let timings: Timings

  init(_ answer: PictureService.Answer, holdsImage: Bool = true) {
    image = holdsImage ? JSONText.base64(answer.bytes) : nil
    format = answer.format.rawValue.lowercased()
    mediaType = answer.format.mediaType
    (width, height) = (answer.resultSize.width, answer.resultSize.height)
    (model, device) = (answer.model, answer.device)
    (confidence, notes) = (answer.confidence, answer.notes)
    timings = Timings(
      decode: Self.milliseconds("decode", answer), detect: Self.milliseconds("detect", answer),
      encode: Self.milliseconds("encode", answer))
  }

  private static func milliseconds(_ phase: String, _ answer: PictureService.Answer) -> Double {
    let time = answer.phases.filter { $0.name == phase }.reduce(Duration.zero) { $0 + $1.time }
    return (time / .milliseconds(1) * 1000).rounded() / 1000
  }

  /// Says in headers, and in the log, what an answer's body may not say.
  static func addHeaders(of answer: PictureService.Answer, to reply: inout Reply) {
    reply.headers[.serverTiming] = answer.phases.map { name, time in
      "\(name);dur=\(FixedText.text(time / .milliseconds(1), digits: 1))"
    }.joined(separator: ", ")
    reply.headers[.u2clModel] = plain(answer.model)
    reply.headers[.u2clDevice] = plain(answer.device)
    if let confidence = answer.confidence {
      reply.headers[.u2clConfidence] = FixedText.text(Double(confidence.maximum), digits: 4)
    }
    if !answer.notes.isEmpty { reply.headers[.u2clNotes] = plain(answer.notes.joined(separator: "; ")) }
    (reply.remarks.model, reply.remarks.device) = (answer.model, answer.device)
  }

  /// A text in printable ASCII, as headers hold it.
  private static func plain(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { (32..<127).contains($0.value) ? $0 : "?" }))
  }
}

extension HTTPField.Name {
  fileprivate static let serverTiming = known("Server-Timing")
  fileprivate static let u2clModel = known("U2CL-Model")
  fileprivate static let u2clDevice = known("U2CL-Device")
  fileprivate static let u2clConfidence = known("U2CL-Confidence")
  fileprivate static let u2clNotes = known("U2CL-Notes")

  /// A name that is written in the source.
  private static func known(_ name: String) -> Self {
    guard let name = Self(name) else { preconditionFailure("\(name) is no name of a field") }
    return name
  }
}

extension PictureFormat {
  /// The media type.
  var mediaType: String {
    switch self {
    case .png: "image/png"
    case .jpeg: "image/jpeg"
    case .webp: "image/webp"
    case .heic: "image/heic"
    case .avif: "image/avif"
    case .tiff: "image/tiff"
    case .gif: "image/gif"
    case .bmp: "image/bmp"
    case .jpegXL: "image/jxl"
    case .jpeg2000: "image/jp2"
    }
  }
}
