import Caches
import Foundation
import Matting
import Models
import Networks
import Pictures
import Tensors
import TestSupport
import Testing
import U2Net

/// Masks of many pictures at once, made on the device from end to end and with the host's help.
@Suite struct MaskTests {
  private static let demo = SharedFiles.packageRoot + "/Examples/demo.jpg"

  private func detector(
    _ location: SaliencyDetector.PreprocessingLocation, batch: Int, resampling: Resampling = .bilinear,
    normalization: MapNormalization = .minMax, form: OutputActivation = .probabilities
  ) throws -> SaliencyDetector {
    let model = form == .probabilities ? nil : try Self.model(form)
    return try SaliencyDetector(
      model: model, on: DeviceChoice(.auto), .auto, strict: false, size: 64, batch: batch, resampling: resampling,
      mapNormalization: normalization,
      CompilationOptions(maps: .saliency, precision: .fp32, cache: Cache()), location: location)
  }

  /// A small network with seeded weights.
  private static func model(_ form: OutputActivation) throws -> Model {
    let table = U2NetTable(name: "u2netp", stages: .small, outChannels: 1, form: form)
    let graph = try table.graph(for: Shape(channels: 3, height: 64, width: 64))
    return Model(
      name: "test", network: table, parameters: SeededParameters(for: graph),
      profile: ModelProfile(task: .saliency, inputSize: graph.inputShape.size, classes: []))
  }

  private func pictures() throws -> [Picture] {
    let demo = try Picture(contentsOf: Self.demo)
    let sizes = [Size(height: 1, width: 1), Size(height: 90, width: 31), Size(height: 7, width: 300)]
    var generator = SeededGenerator(seed: 4)
    let made = sizes.map { size in
      Picture(
        size: size, hasAlpha: false,
        samples: .bits8((0..<size.height * size.width * 3).map { _ in UInt8.random(in: 0...255, using: &generator) }))
    }
    return [demo] + made + [demo]
  }

  @Test(arguments: [SaliencyDetector.PreprocessingLocation.device, .host], Resampling.allCases)
  func masksAreTheDetections(location: SaliencyDetector.PreprocessingLocation, resampling: Resampling) throws {
    let pictures = try pictures()
    let expected = try detector(.host, batch: 1, resampling: resampling).detect(pictures).map { try $0.mask() }
    for batch in [1, 2, 5] {
      let detector = try detector(location, batch: batch, resampling: resampling)
      #expect(detector.preparesOnDevice == (location == .device) && detector.batch == batch)
      let masks = try detector.masks(of: pictures)
      let sent = try [pictures, Array(pictures.prefix(1)), []].map { try detector.submit($0, for: .masks) }
      let later = try sent.map { try $0.results() }
      #expect(later[0] == masks && later[1] == Array(masks.prefix(1)) && later[2].isEmpty)
      #expect(masks.map(\.size) == pictures.map(\.size))
      for (index, (mask, expected)) in zip(masks, expected).enumerated() {
        let worst = zip(mask.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(worst <= 1, "\(location), \(resampling), batch \(batch), picture \(index), seed 4: off by \(worst)")
      }
    }
  }

  /// The device's masks without stretching are the host's, of probabilities and of logits; and so is the confidence.
  @Test(arguments: [OutputActivation.probabilities, .logits], MapNormalization.allCases)
  func mapsAreNormalizedAsOnTheHost(form: OutputActivation, normalization: MapNormalization) throws {
    let pictures = try pictures()
    let host = try detector(.host, batch: 1, normalization: normalization, form: form).detect(pictures)
    let device = try detector(.device, batch: 2, normalization: normalization, form: form)
    #expect(device.preparesOnDevice)
    let masks = try device.submit(pictures, for: .maskDetections).results()
    let refined = try device.submit(pictures, for: .refinedMattes).results()
    for (index, expected) in host.enumerated() {
      let what = "\(form), \(normalization), picture \(index), seed 4"
      let levels = zip(masks[index].mask.pixels, try expected.mask().pixels).map { abs(Int($0) - Int($1)) }
      #expect(levels.max() ?? 0 <= 1, "\(what)")
      let (found, sure) = (try #require(masks[index].confidence), try #require(expected.confidence))
      #expect(abs(found.maximum - sure.maximum) < 1e-4 && abs(found.minimum - sure.minimum) < 1e-4, "\(what)")
      #expect(abs(found.area - sure.area) < 1e-2, "\(what)")
      let mattes = try [refined[index], expected].map { try $0.matte(of: pictures[index], edges: .refined) }
      let worst = zip(mattes[0].values, mattes[1].values).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(worst <= 257, "\(what): off by \(worst) of 65535")
      #expect(refined[index].confidence?.standsOut == sure.standsOut, "\(what)")
    }
  }

  /// What is refined on the device is what the host refines of the same maps, and all else may be asked of it, too.
  @Test(arguments: [SaliencyDetector.PreprocessingLocation.device, .host])
  func refinedEdgesAreTheHosts(location: SaliencyDetector.PreprocessingLocation) throws {
    var pictures = try pictures()
    var generator = SeededGenerator(seed: 5)
    let samples = (0..<30 * 70 * 4).map { _ in UInt16.random(in: 0...60000, using: &generator) }
    pictures[2] = Picture(size: Size(height: 30, width: 70), hasAlpha: true, samples: .bits16(samples))
    let host = try detector(.host, batch: 1).detect(pictures)
    for batch in [1, 3] {
      let detections = try detector(location, batch: batch)
        .submit(pictures, for: .refinedMattes).results()
      for (index, (found, expected)) in zip(detections, host).enumerated() {
        let what = "\(location), batch \(batch), picture \(index), seeds 4 and 5"
        let picture = pictures[index]
        func compare(_ edges: Edges, over background: Color) throws {
          let mattes = try [found, expected].map { try $0.matte(of: picture, edges: edges, background: background) }
          let worst = zip(mattes[0].values, mattes[1].values).map { abs(Int($0) - Int($1)) }.max() ?? 0
          #expect(mattes[0].size == picture.size && worst <= 257, "\(what), \(edges): off by \(worst) of 65535")
        }
        try compare(.refined, over: .white)
        try compare(.refined, over: .black)
        try compare(.interpolated, over: .white)
        #expect(found.maps.map(\.name) == expected.maps.map(\.name), "\(what)")
      }
    }
  }

  @Test func batchesHaveABound() {
    let error = #expect(throws: Failure.self) { try SaliencyDetector(size: 32, batch: 0) }
    #expect(error?.kind == .usage)
  }
}
