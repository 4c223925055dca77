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

  private static let rules = FormRules(files: ["image"], base64Files: [:], wholeBody: "image")

  private static func result(of exchange: Exchange, _ kind: Composition.Kind) async throws -> Reply {
    let (answer, order) = try await exchange.answer(rules) { form in
      guard let picture = form.files["image"]?.bytes, !picture.isEmpty else {
        throw Refusal.badRequest(
          "the request has no picture: send its bytes as the body, or as the part image of a form")
      }
      var options = ResultOptions(kind)
      do throws(ResultOptions.Problem) {
        for field in form.fields { try options.set(field.name, to: field.value) }
        try options.finish()
      } catch {
        throw Refusal.badRequest(error.description)
      }
      return PictureOrder(picture: picture, options: options)
    }
    var reply = Reply(.ok, answer.format.mediaType, answer.bytes)
    reply.remarks.model = order.options.model
    return reply
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
