import Caches
import Matting
import Pictures
import Tensors
import TestSupport
import Testing
import U2Net

/// What `Composition` makes of cut-outs that the device has made, compared with what the host makes of the same mattes.
@Suite struct RefinedCutoutTests {
  /// Pictures, which are large enough for tiles, and one that is not.
  private let pictures: [Picture]
  private static let seed: UInt64 = 6

  init() throws {
    let demo = try Picture(contentsOf: SharedFiles.packageRoot + "/Examples/demo.jpg")
    var generator = SeededGenerator(seed: Self.seed)
    let noise = (0..<30 * 70 * 4).map { _ in UInt16.random(in: 0...60000, using: &generator) }
    pictures = [
      demo.resized(to: Size(height: 259, width: 345)),
      Self.converted(demo.resized(to: Size(height: 173, width: 231)), alpha: true, deep: false, &generator),
      Self.converted(demo.resized(to: Size(height: 150, width: 201)), alpha: false, deep: true, &generator),
      Self.converted(demo.resized(to: Size(height: 99, width: 200)), alpha: true, deep: true, &generator),
      Picture(size: Size(height: 30, width: 70), hasAlpha: true, samples: .bits16(noise)),
    ]
  }

  /// An 8-bit RGB picture with random alpha, in 16 bits, or both.
  private static func converted(
    _ picture: Picture, alpha: Bool, deep: Bool, _ generator: inout SeededGenerator
  ) -> Picture {
    guard case .bits8(let samples) = picture.samples else { return picture }
    var levels = samples
    if alpha {
      levels = stride(from: 0, to: samples.count, by: 3).flatMap {
        samples[$0..<$0 + 3] + [UInt8.random(in: 0...255, using: &generator)]
      }
    }
    return Picture(
      size: picture.size, hasAlpha: alpha, samples: deep ? .bits16(levels.map { UInt16($0) * 257 }) : .bits8(levels))
  }

  /// A detector whose notices fail the test.
  private func detector(
    _ location: SaliencyDetector.PreprocessingLocation, batch: Int
  ) throws -> SaliencyDetector {
    let detector = try SaliencyDetector(
      model: nil, on: DeviceChoice(.auto), .auto, strict: false, size: 64, batch: batch,
      CompilationOptions(maps: .saliency, precision: .fp32, cache: Cache()), location: location)
    detector.noticeHandler = { Issue.record("\($0)") }
    #expect(detector.preparesOnDevice == (location == .device))
    return detector
  }

  /// Every kind, as it is and trimmed.
  private func compositions(_ kinds: [Composition.Kind]) -> [Composition] {
    let backdrop = pictures[2]
    return kinds.flatMap { kind -> [Composition] in
      var plain = Composition(kind)
      plain.edges = .refined
      var trimmed = plain
      trimmed.trim = Composition.Trim(pixels: 3)
      var coloured = trimmed
      coloured.backdrop = .color(Color(red: 9, green: 200, blue: 70))
      var pictured = plain
      pictured.backdrop = .picture(backdrop)
      return kind == .composite ? [plain, coloured, pictured] : [plain, trimmed]
    }
  }

  /// Compares within `tolerance` of 255 levels with what the host makes of the detection's matte.
  private func compare(
    _ composition: Composition, _ found: Detection, of picture: Picture, within tolerance: Int, _ what: String
  ) throws {
    let edges = composition.edges ?? composition.kind.defaultEdges
    let matte = try found.matte(of: picture, edges: edges, background: composition.background)
    let expected = composition.rendering(of: picture, matte: matte, confidence: found.confidence)
    let made = try composition.rendering(of: picture, found)
    let what = "\(what): \(composition.kind), \(edges), \(picture.size), seed \(Self.seed)"
    #expect(made.notes == expected.notes, "\(what)")
    let (a, b) = (try Samples(made.content), try Samples(expected.content))
    #expect(a.size == b.size && a.channels == b.channels && a.level == b.level, "\(what)")
    let worst = zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= tolerance * a.level, "\(what): off by \(worst) of \(255 * a.level)")
  }

  /// The samples of a rendering, and what one of 255 levels is.
  private struct Samples {
    let size: Size
    let channels: Int
    let values: [Int]
    let level: Int

    init(_ content: Rendering.Content) throws {
      switch content {
      case .mask(let mask): (size, channels, values, level) = (mask.size, 1, mask.pixels.map(Int.init), 1)
      case .picture(let picture):
        (size, channels) = (picture.size, picture.channels)
        switch picture.samples {
        case .bits8(let samples): (values, level) = (samples.map(Int.init), 1)
        case .bits16(let samples): (values, level) = (samples.map(Int.init), 257)
        }
      }
    }
  }

  /// Cut-outs, composites and blurred backgrounds, trimmed or not, of the device's cut-outs.
  @Test(arguments: [SaliencyDetector.PreprocessingLocation.device, .host], [1, 3])
  func compositionsAreTheHosts(location: SaliencyDetector.PreprocessingLocation, batch: Int) throws {
    let detections = try detector(location, batch: batch)
      .submit(pictures, for: .refinedCutouts(withMattes: true)).results()
    for (found, picture) in zip(detections, pictures) {
      let ready = found.refinedCutout(of: picture, background: .white)
      #expect((ready != nil) == (location == .device), "\(picture.size)")
      for composition in compositions([.cutout, .composite, .blur]) {
        try compare(composition, found, of: picture, within: 1, "\(location), batch \(batch)")
      }
      guard let ready else { continue }
      #expect(try Composition(.cutout).rendering(of: picture, found).content == .picture(ready), "\(picture.size)")
    }
    #expect(detections[0].confidence?.standsOut == true, "nothing was trimmed")
  }

  /// Without the matte, the same cut-outs and composites come back.
  @Test func mattesMayStayOnTheDevice() throws {
    let detector = try detector(.device, batch: 2)
    let found = try [true, false].map {
      try detector.submit(pictures, for: .refinedCutouts(withMattes: $0)).results()
    }
    for (index, picture) in pictures.enumerated() {
      for composition in compositions([.cutout, .composite]) where composition.trim == nil {
        let made = try found.map { try composition.rendering(of: picture, $0[index]).content }
        #expect(made[0] == made[1], "\(composition.kind), \(picture.size), seed \(Self.seed)")
      }
    }
  }

  /// What needs more than the plain cut-out is made by the host, from the device's matte or map.
  @Test func theHostMakesAllElse() throws {
    let detections = try detector(.device, batch: 2)
      .submit(pictures, for: .refinedCutouts(withMattes: true)).results()
    let changes: [(String, (inout Composition) -> Void)] = [
      ("threshold", { $0.threshold = 0.4 }), ("feather", { $0.feather = 2.5 }), ("inverted", { $0.isInverted = true }),
      ("matted", { $0.edges = .matted }), ("interpolated", { $0.edges = .interpolated }),
    ]
    for (found, picture) in zip(detections, pictures) {
      for composition in compositions([.cutout, .composite, .blur]) {
        for (name, change) in changes {
          var changed = composition
          change(&changed)
          try compare(changed, found, of: picture, within: 0, name)
        }
      }
      for composition in compositions([.mask, .overlay, .heatmap, .contour]) {
        try compare(composition, found, of: picture, within: 0, "kinds without colours")
      }
    }
  }

  /// The device lays transparent pictures over the detector's background: over another, the host refines them.
  @Test func otherBackgroundsAreTheHosts() throws {
    let detections = try detector(.device, batch: 2)
      .submit(pictures, for: .refinedCutouts(withMattes: true)).results()
    for (found, picture) in zip(detections, pictures) {
      #expect((found.refinedCutout(of: picture, background: .black) == nil) == picture.hasAlpha, "\(picture.size)")
      for var composition in compositions([.cutout, .composite, .blur]) {
        composition.background = .black
        try compare(composition, found, of: picture, within: picture.hasAlpha ? 0 : 1, "over black")
      }
    }
  }
}
