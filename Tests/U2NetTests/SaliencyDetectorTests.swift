import Foundation
import Models
import Networks
import Tensors
import TestSupport
import Testing
import U2Net

/// Pictures in, masks out: on the OpenCL device and on the reference.
@Suite struct SaliencyDetectorTests {
  static let devices = [DeviceRequest.auto, .reference]
  private static let demo = SharedFiles.packageRoot + "/Examples/demo.jpg"

  /// Of an apple in the middle of a table: the apple.
  @Test(arguments: devices) func theSubjectIsFound(device: DeviceRequest) throws {
    let detector = try SaliencyDetector(device: device)
    #expect((detector.device.kind == .reference) == (device == .reference) && detector.fallback == nil)
    let detection = try detector.detect(Picture(contentsOf: Self.demo))
    #expect(detection.maps.map(\.name) == (0...6).map { "d\($0)" })
    #expect(detection.maps.allSatisfy { $0.values.shape == Shape(channels: 1, height: 224, width: 224) })
    #expect(detection.maps.allSatisfy { $0.values.values.allSatisfy { (0...1).contains($0) } })
    let mask = try detection.mask()
    #expect(mask.size == Size(height: 480, width: 640))
    #expect(mask.pixels.min() == 0 && mask.pixels.max() == 255)
    let foreground = Double(mask.pixels.count { $0 > 127 }) / Double(mask.pixels.count)
    #expect((0.10...0.60).contains(foreground), "\(foreground)")
    func value(_ x: Int, _ y: Int) -> UInt8 { mask.pixels[y * 640 + x] }
    #expect(value(320, 240) > 200, "the centre is \(value(320, 240))")
    for (x, y) in [(0, 0), (639, 0), (0, 479), (639, 479)] { #expect(value(x, y) < 50, "\(x), \(y): \(value(x, y))") }
  }

  @Test func bothPathsGiveOneMask() throws {
    let picture = try Picture(contentsOf: Self.demo)
    let masks = try Self.devices.map { try SaliencyDetector(device: $0).detect(picture).mask() }
    let worst = zip(masks[0].pixels, masks[1].pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
    #expect(worst <= 1, "the masks differ by up to \(worst) of 255")
    let (a, b) = (masks[0].pixels.map { $0 > 127 }, masks[1].pixels.map { $0 > 127 })
    let both = zip(a, b).count { $0 && $1 }
    let either = zip(a, b).count { $0 || $1 }
    #expect(Double(both) / Double(either) > 0.999)
  }

  /// The mask needs no side output's map.
  @Test(arguments: devices) func theSaliencyMapAloneIsComputed(device: DeviceRequest) throws {
    let picture = try Picture(contentsOf: Self.demo)
    let all = try SaliencyDetector(device: device, size: 64).detect(picture)
    let alone = try SaliencyDetector(device: device, size: 64, maps: .saliency).detect(picture)
    #expect(alone.maps == Array(all.maps.prefix(1)) && alone.maps.map(\.name) == ["d0"])
    #expect(try alone.mask() == all.mask())
  }

  /// A detector is made once and used for any pictures.
  @Test(arguments: devices) func aDetectorRemembersNothing(device: DeviceRequest) throws {
    let detector = try SaliencyDetector(device: device, size: 64)
    let demo = try Picture(contentsOf: Self.demo)
    let dot = Picture(size: Size(height: 1, width: 1), hasAlpha: false, samples: .bits8([9, 200, 30]))
    let first = try detector.detect(demo).mask()
    #expect(try detector.detect(dot).mask().size == dot.size)
    #expect(try detector.detect(demo).mask() == first)
  }

  /// A network with more than one channel has maps and no mask of what stands out.
  @Test(arguments: devices) func aMaskNeedsOneChannel(device: DeviceRequest) throws {
    let detector = try SaliencyDetector(model: Self.fourChannels(), device: device)
    let detection = try detector.detect(Picture(contentsOf: Self.demo))
    #expect(detection.maps.first?.values.shape == Shape(channels: 4, height: 32, width: 32))
    let error = #expect(throws: Failure.self) { try detection.mask() }
    #expect(error?.kind == .model)
    #expect(
      error?.description
        == "map d0 has shape [1, 4, 32, 32]: saliency needs one channel")
    #expect(error?.remedy == .chooseTask(.parsing))
  }

  private static func fourChannels() throws -> Model {
    let table = U2NetTable.small(outChannels: 4)
    let graph = try table.graph(for: Shape(channels: 3, height: 32, width: 32))
    return Model(
      name: table.name, network: table, parameters: SeededParameters(for: graph),
      profile: ModelProfile(inputSize: graph.inputShape.size))
  }
}

/// The authors' own maps of the authors' own pictures, with the authors' weights.
@Suite(.enabled(if: SharedFiles.exist, Comment(rawValue: SharedFiles.absence)))
struct PublishedMapTests {
  private static let pictures = ["0003.jpg", "bike.jpg", "boat.jpg", "girl.png", "horse.jpg", "im_27.png"]

  @Test(arguments: SaliencyDetectorTests.devices) func masksAreThoseThatWerePublished(device: DeviceRequest) throws {
    let model = try Model(SharedFiles.path("models/u2netp-fp16.onnx"))
    let detector = try SaliencyDetector(model: model, device: device)
    var errors: [Double] = []
    for name in Self.pictures {
      let mask = try detector.detect(Picture(contentsOf: SharedFiles.path("images/\(name)"))).mask()
      let published = try Picture(
        contentsOf: SharedFiles.path("images/official_u2netp/\(name.split(separator: ".")[0]).png"))
      try #require(mask.size == published.size, "\(name)")
      guard case .bits8(let samples) = published.samples else {
        Issue.record("the published map of \(name) has 16 bits")
        continue
      }
      let channels = published.channels
      let total = mask.pixels.indices.reduce(0) { sum, index in
        sum + abs(Int(mask.pixels[index]) - Int(samples[index * channels]))
      }
      errors.append(Double(total) / 255 / Double(mask.pixels.count))
    }
    let mean = errors.reduce(0, +) / Double(errors.count)
    let figures = zip(Self.pictures, errors).map { "\($0) \(String(format: "%.5f", $1))" }.joined(separator: ", ")
    print("mean absolute error to the published maps on \(device): \(String(format: "%.5f", mean)) (\(figures))")
    #expect(mean <= 0.0025, "\(figures)")
    #expect(errors.allSatisfy { $0 <= 0.007 }, "\(figures)")
  }
}
