import PictureService
import Serving
import Testing
import U2Net

/// Whole answers of the best device there is, against what the library makes of the same picture.
@Suite struct PictureServiceTests {
  private static func picture(_ side: Int) throws -> [UInt8] {
    var pixels: [UInt8] = []
    for y in 0..<side {
      for x in 0..<side {
        let isInside = (x - side / 2) * (x - side / 2) + (y - side / 2) * (y - side / 2) < side * side / 9
        pixels += isInside ? [230, 60, 40] : [40, 120, 200]
      }
    }
    return try Picture(size: Size(height: side, width: side), hasAlpha: false, samples: .bits8(pixels)).encodedPNG()
  }

  private static func service(_ change: (inout PictureService.Configuration) -> Void = { _ in }) -> PictureService {
    var configuration = PictureService.Configuration(threads: 2)
    change(&configuration)
    return PictureService(configuration)
  }

  @Test(arguments: [Composition.Kind.cutout, .mask, .blur]) func answersAreThoseOfTheLibrary(
    kind: Composition.Kind
  ) async throws {
    let file = try Self.picture(48)
    let service = Self.service()
    var options = ResultOptions(kind)
    try options.finish()
    let place = try service.admission.enter()
    let answer = try await service.answer(to: file, options, in: place, by: .now + .seconds(300))
    #expect(service.admission.load.pixels == 48 * 48)
    let picture = try Picture(decoding: file, name: "picture")
    // The same batch size: another one changes the last bits.
    let batch = PictureService.Configuration(threads: 1).batch
    let detection = try SaliencyDetector(batch: batch, maps: .saliency).detect(picture)
    let rendering = try Composition(kind).rendering(of: picture, detection)
    #expect(answer.bytes == (try rendering.encoded(EncodingOptions(.png), name: "result")))
    #expect(answer.phases.map(\.name) == ["decode", "detect", "encode"])
    place.leave()
    #expect(await service.stop(within: .seconds(1)))
  }

  @Test func problemsAreToldApart() async throws {
    let service = Self.service { $0.pixelLimit = 1000 }
    func problem(_ file: [UInt8], model: String? = nil) async throws -> String {
      var options = ResultOptions(.cutout)
      if let model { try options.set("model", to: model) }
      try options.finish()
      let place = try service.admission.enter()
      do throws(PictureService.Problem) {
        _ = try await service.answer(to: file, options, in: place, by: .now + .seconds(60))
        return "none"
      } catch {
        return switch error {
        case .picture: "picture"
        case .tooManyPixels(limit: 1000): "pixels"
        case .tooManyPixels: "other limit"
        case .model: "model"
        case .failure(let text), .internalFailure(let text): text
        case .serving: "serving"
        }
      }
    }
    let small = try Self.picture(16)
    #expect(try await problem([1, 2, 3]) == "picture")
    #expect(try await problem(Array(small.prefix(60))) == "picture")
    #expect(try await problem(Self.picture(40)) == "pixels")
    #expect(try await problem(small, model: "no-such-model") == "model")
    #expect(try await problem(small, model: "/etc/passwd") == "model")
    #expect(try await problem(small, model: "../u2netp") == "model")
    await service.stop(within: .seconds(1))
    #expect(service.admission.load == Admission.Load())
  }
}
