import PictureService
import Serving
import Testing
import U2Net

/// Whole answers, against what the library makes of the same picture.
@Suite(.serialized) struct PictureServiceTests {
  /// A disc; the left edge is transparent where there is alpha.
  private static func picture(_ width: Int, _ height: Int, hasAlpha: Bool = false) -> Picture {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let isInside = (x - width / 2) * (x - width / 2) + (y - height / 2) * (y - height / 2) < width * height / 9
        pixels += isInside ? [230, 60, 40] : [40, 120, 200]
        if hasAlpha { pixels.append(UInt8(truncatingIfNeeded: min(255, x * 16))) }
      }
    }
    return Picture(size: Size(height: height, width: width), hasAlpha: hasAlpha, samples: .bits8(pixels))
  }

  private static func service(_ change: (inout PictureService.Configuration) -> Void = { _ in }) -> PictureService {
    var configuration = PictureService.Configuration(threads: 2)
    change(&configuration)
    return PictureService(configuration)
  }

  private static func options(
    _ kind: Composition.Kind, _ pairs: [(String, String)] = [], over backdrop: [UInt8]? = nil
  ) throws -> ResultOptions {
    var options = ResultOptions(kind)
    for (name, value) in pairs { try options.set(name, to: value) }
    if let backdrop { try options.set("over", toFile: backdrop) }
    try options.finish()
    return options
  }

  /// The answer of a service that is asked once, or the name of the problem.
  private static func answer(
    _ service: PictureService, _ file: [UInt8], _ options: ResultOptions
  ) async throws -> (PictureService.Answer?, problem: String) {
    let place = try service.admission.enter()
    defer { place.leave() }
    do throws(PictureService.Problem) {
      return (try await service.answer(to: file, options, in: place, by: .now + .seconds(300)), "none")
    } catch {
      return switch error {
      case .picture: (nil, "picture")
      case .tooManyPixels: (nil, "pixels")
      case .model: (nil, "model")
      case .failure(let line): (nil, "failure: \(line)")
      case .internalFailure(let line): (nil, "internal: \(line)")
      case .serving: (nil, "serving")
      }
    }
  }

  @Test(
    arguments: [
      (DeviceRequest.auto, Composition.Kind.cutout), (.kind(.cpu), .mask), (.kind(.cpu), .blur), (.reference, .cutout),
    ])
  func answersAreThoseOfTheLibrary(device: DeviceRequest, kind: Composition.Kind) async throws {
    let picture = Self.picture(48, 31)
    let service = Self.service { $0.devices = [device] }
    let (answer, problem) = try await Self.answer(service, try picture.encodedPNG(), try Self.options(kind))
    #expect(problem == "none")
    // The same batch size: another one changes the last bits.
    let detector = try SaliencyDetector(device: device, batch: service.configuration.batch, maps: .saliency)
    let rendering = try Composition(kind).rendering(of: picture, try detector.detect(picture))
    #expect(answer?.bytes == (try rendering.encoded(EncodingOptions(.png), name: "result")))
    #expect(answer?.phases.map(\.name) == ["decode", "detect", "encode"])
    #expect(answer?.device == detector.device.name && answer?.model == DetectorLoader.builtInName)
    #expect(answer?.size == picture.size && answer?.resultSize == picture.size)
    #expect(await service.stop(within: .seconds(1)))
  }

  @Test func preparationIsThatOfTheDetector() async throws {
    let picture = Self.picture(61, 37, hasAlpha: true)
    let service = Self.service { $0.devices = [.kind(.cpu)] }
    let background = Color(red: 32, green: 64, blue: 96)
    let options = try Self.options(
      .cutout, [("background", "204060"), ("stretch", "false"), ("resample", "lanczos")])
    let (answer, problem) = try await Self.answer(service, try picture.encodedPNG(), options)
    #expect(problem == "none")
    let detector = try SaliencyDetector(
      device: .kind(.cpu), resampling: .lanczos, mapNormalization: .identity, background: background, maps: .saliency)
    var composition = Composition(.cutout)
    composition.background = background
    let rendering = try composition.rendering(of: picture, try detector.detect(picture))
    #expect(answer?.bytes == (try rendering.encoded(EncodingOptions(.png), name: "result")))
    await service.stop(within: .seconds(1))
  }

  @Test func aPictureMayLieBehind() async throws {
    let (picture, backdrop) = (Self.picture(40, 30), Self.picture(9, 12, hasAlpha: true))
    let service = Self.service { $0.devices = [.kind(.cpu)] }
    let options = try Self.options(.cutout, [("output", "composite")], over: try backdrop.encodedPNG())
    let (answer, problem) = try await Self.answer(service, try picture.encodedPNG(), options)
    #expect(problem == "none")
    var composition = Composition(.composite)
    composition.backdrop = .picture(backdrop)
    let detection = try SaliencyDetector(device: .kind(.cpu), maps: .saliency).detect(picture)
    let rendering = try composition.rendering(of: picture, detection)
    #expect(answer?.bytes == (try rendering.encoded(EncodingOptions(.png), name: "result")))
    let broken = try Self.options(.cutout, [("output", "composite")], over: [1, 2, 3])
    #expect(try await Self.answer(service, try picture.encodedPNG(), broken).problem == "picture")
    await service.stop(within: .seconds(1))
  }

  @Test func pixelsOfBothPicturesAreClaimed() async throws {
    let service = Self.service {
      $0.devices = [.kind(.cpu)]
      $0.pixelLimit = 1000
      $0.admission.pixels = 700
    }
    let other = try service.admission.enter()
    try other.claim(pixels: 1)
    let (small, large) = (try Self.picture(20, 20).encodedPNG(), try Self.picture(40, 40).encodedPNG())
    let composite = [("output", "composite")]
    #expect(try await Self.answer(service, small, try Self.options(.cutout)).problem == "none")
    #expect(
      try await Self.answer(service, small, try Self.options(.cutout, composite, over: small)).problem == "serving")
    #expect(
      try await Self.answer(service, small, try Self.options(.cutout, composite, over: large)).problem == "pixels")
    #expect(service.admission.load == .init(requests: 1, pixels: 1))
    other.leave()
    await service.stop(within: .seconds(1))
  }

  @Test func anEmptyPictureHasANote() async throws {
    let service = Self.service { $0.devices = [.kind(.cpu)] }
    let size = Size(height: 64, width: 64)
    let blue = (0..<size.height * size.width).flatMap { _ in [10, 20, 120] as [UInt8] }
    let file = try Picture(size: size, hasAlpha: false, samples: .bits8(blue)).encodedPNG()
    for (pairs, noise) in [([], true), ([("stretch", "false")], false)] as [([(String, String)], Bool)] {
      let answer = try #require(try await Self.answer(service, file, try Self.options(.mask, pairs)).0)
      let note = try #require(answer.notes.first)
      #expect(note.hasPrefix("nothing stands out (largest probability 0."))
      #expect(note.contains("stretched noise") == noise)
    }
    await service.stop(within: .seconds(1))
  }

  @Test func problemsAreToldApart() async throws {
    let service = Self.service { $0.pixelLimit = 1000 }
    let small = try Self.picture(16, 16).encodedPNG()
    func problem(_ file: [UInt8], _ pairs: [(String, String)] = []) async throws -> String {
      try await Self.answer(service, file, try Self.options(.cutout, pairs)).problem
    }
    for count in [0, 3, 20, 60, small.count - 1] {
      #expect(try await problem(Array(small.prefix(count))) == "picture", "\(count)")
    }
    #expect(try await problem(try Self.picture(40, 40).encodedPNG()) == "pixels")
    for name in [
      "no-such-model", "/etc/passwd", "../u2netp", "", ".", "..", "a\0", String(repeating: "a", count: 5000),
    ] {
      #expect(try await problem(small, [("model", name)]) == "model", "\(name.prefix(20))")
    }
    for name in ["9", "gpu:7", "no such device", "accelerator"] {
      #expect(try await problem(small, [("device", name)]) == "model", "\(name)")
    }
    #expect(try await problem(small, [("size", "320")]) == "model")
    #expect(try await problem(small, [("device", "auto")]) == "none")
    await service.stop(within: .seconds(1))
    #expect(service.admission.load == Admission.Load())
  }

  @Test func modelsAreLoadedBeforeTheServiceIsReady() async throws {
    let service = Self.service {
      $0.devices = [.kind(.cpu)]
      $0.preload = [DetectorLoader.builtInName]
    }
    #expect(!service.isReady)
    service.preload()
    for _ in 0..<600 where !service.isReady { try await Task.sleep(for: .milliseconds(100)) }
    #expect(service.readinessProblem == nil && service.modelByteCount > 1 << 20 && service.retryAfter >= 1)
    let models = try await service.models(by: .now + .seconds(60))
    #expect(models.first { $0.isDefault }?.isLoaded == true && models.first?.task == .saliency)
    let devices = await service.devices(by: .now + .seconds(60))
    #expect(devices.first?.kind == .cpu && devices.filter(\.isUsed).map(\.id) == ["cpu"])
    await service.stop(within: .seconds(1))
    #expect(service.readinessProblem == "the server is stopping")
  }

  @Test func aModelThatIsMissingIsTold() async throws {
    let service = Self.service {
      $0.devices = [.kind(.cpu)]
      $0.model = "lost"
      $0.store = ModelStore(folder: "/nowhere")
    }
    #expect(service.isReady, "nothing has been tried")
    let small = try Self.picture(16, 16).encodedPNG()
    let problem = try await Self.answer(service, small, try Self.options(.mask)).problem
    #expect(problem == "failure: the model lost cannot be loaded; the server's log says why")
    #expect(service.readinessProblem == "the model lost cannot be loaded; the server's log says why")
    let other = [("model", DetectorLoader.builtInName)]
    #expect(try await Self.answer(service, small, try Self.options(.mask, other)).problem == "none")
    #expect(!service.isReady, "another model does not stand in")
    await service.stop(within: .seconds(1))
  }

  @Test(arguments: [(1, 1), (1, 9), (3, 7), (200, 1)]) func oddSizesHaveAnswers(width: Int, height: Int) async throws {
    let service = Self.service { $0.devices = [.kind(.cpu)] }
    for kind in Composition.Kind.allCases {
      let file = try Self.picture(width, height, hasAlpha: true).encodedPNG()
      let (answer, problem) = try await Self.answer(service, file, try Self.options(kind, [("trim", "true")]))
      #expect(problem == "none" && answer?.size == Size(height: height, width: width))
    }
    await service.stop(within: .seconds(1))
  }
}
