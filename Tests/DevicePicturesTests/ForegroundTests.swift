import DevicePictures
import Engine
import Matting
import Networks
import OpenCL
import Pictures
import Tensors
import TestSupport
import Testing

private let sessions: [DeviceSession] = ((try? Device.all()) ?? []).compactMap { try? DeviceSession(device: $0) }

/// Compares cut-outs that the device makes with those that the host makes of the device's mattes.
@Suite struct ForegroundTests {
  /// A kind of map, which becomes a matte.
  enum Scene: CaseIterable {
    /// A disc with a soft edge.
    case disc
    /// Nothing.
    case empty
    /// Everything.
    case full
    /// Noise: alpha is mixed everywhere.
    case noise
  }

  // A simulator takes two seconds for each scene of each kind, and fifteen for the one whose tiles are estimated.
  private static let scenes = TestBudget.isBounded ? [.disc, .noise] : Scene.allCases
  /// Whether pictures have alpha, and 16 bits.
  private static let kinds =
    [(false, false), (true, true)] + (TestBudget.isBounded ? [] : [(true, false), (false, true)])
  private static let mapSize = Size(height: 9, width: 11)
  /// Complete at once, and halved once, twice and three times before; with one row or column, and with odd ends.
  private static let sizes: [Size] = {
    let small = [
      Size(height: 1, width: 1), Size(height: 1, width: 67), Size(height: 67, width: 1), Size(height: 7, width: 5),
    ]
    let halved = Size(height: 131, width: 127)
    let larger = [
      Size(height: 65, width: 63), Size(height: 1, width: 16391), Size(height: 333, width: 517),
      Size(height: 513, width: 601),
    ]
    return small + [halved] + (TestBudget.isBounded ? [] : larger)
  }()
  private static let preprocessing = Preprocessing(
    size: mapSize, mapNormalization: .identity, normalization: .imageNet,
    background: Color(red: 200, green: 7, blue: 99))

  /// A pipeline around a network with one output map: a convolution and a sigmoid.
  private func pipeline(batch: Int, workGroup: Int?, in session: DeviceSession) throws -> PicturePipeline {
    let (height, width) = (Self.mapSize.height, Self.mapSize.width)
    var builder = try GraphBuilder(input: Shape(batch: batch, channels: 3, height: height, width: width))
    let sums = try builder.add(
      .convolution(Convolution(weight: "w", bias: "b", outChannels: 1, dilation: 1)), to: [builder.input], name: "sums")
    let map = try builder.add(.sigmoid, to: [sums], name: "map")
    let graph = builder.finish(outputs: [("map", map)])
    let executor = try Executor(graph: graph, parameters: SeededParameters(for: graph), session: session)
    return try PicturePipeline(
      executor: executor, session: session, preprocessing: Self.preprocessing, workGroup: workGroup)
  }

  private func map(_ scene: Scene, _ generator: inout SeededGenerator) -> Tensor {
    let size = Self.mapSize
    return Tensor(shape: Shape(channels: 1, height: size.height, width: size.width)) { values in
      for i in values.indices {
        let distance = size.distanceFromCentre(i % size.width, i / size.width)
        values[i] =
          switch scene {
          case .disc: min(1, max(0, 3.5 - 5 * distance))
          case .empty: 0
          case .full: 1
          case .noise: Float.random(in: 0...1, using: &generator)
          }
      }
    }
  }

  /// A disc with noise.
  private func picture(_ size: Size, alpha: Bool, deep: Bool, _ generator: inout SeededGenerator) -> Picture {
    let channels = alpha ? 4 : 3
    let levels = (0..<size.height * size.width * channels).map { i -> Double in
      let (pixel, channel) = (i / channels, i % channels)
      let isInside = size.distanceFromCentre(pixel % size.width, pixel / size.width) < 0.55
      if channel == 3 { return isInside ? 1 : Double.random(in: 0...1, using: &generator) }
      return (isInside ? 0.8 : 0.1 + 0.2 * Double(channel)) + Double.random(in: 0...0.1, using: &generator)
    }
    return Picture(size: size, hasAlpha: alpha, levels: levels, deep: deep)
  }

  /// Compares within one of 255 levels.
  private func compare(_ found: RefinedCutout, of picture: Picture, _ what: String) throws {
    let matte = try #require(found.matte)
    let expected = ForegroundEstimation().cutout(of: picture, matte: matte)
    #expect(found.cutout.size == picture.size && found.cutout.hasAlpha, "\(what)")
    let (a, b, level) = try samples(found.cutout, expected)
    #expect(a.count == b.count, "\(what)")
    guard let worst = zip(a, b).enumerated().max(by: { abs($0.1.0 - $0.1.1) < abs($1.1.0 - $1.1.1) }) else { return }
    let (index, values) = worst
    if abs(values.0 - values.1) > level {
      let pixel = index / 4
      Issue.record(
        """
        \(what): \(values.0) instead of \(values.1) at channel \(index % 4) of \(pixel % picture.size.width), \
        \(pixel / picture.size.width), where alpha is \(matte.values[pixel])
        """)
    }
  }

  /// The samples of both pictures, and what one of 255 levels is.
  private func samples(_ a: Picture, _ b: Picture) throws -> ([Int], [Int], Int) {
    switch (a.samples, b.samples) {
    case (.bits8(let a), .bits8(let b)): (a.map(Int.init), b.map(Int.init), 1)
    case (.bits16(let a), .bits16(let b)): (a.map(Int.init), b.map(Int.init), 257)
    default: throw Mismatch()
    }
  }

  private struct Mismatch: Error {}

  /// Pictures of every size and kind, in one batch, by groups of several sizes.
  @Test(arguments: scenes, kinds)
  func cutoutsAreTheHosts(scene: Scene, kind: (alpha: Bool, deep: Bool)) throws {
    #expect(!sessions.isEmpty, "no OpenCL device: nothing was compared")
    var generator = SeededGenerator(seed: 51)
    let isShort = TestBudget.isBounded && (scene != .disc || kind.alpha || kind.deep)
    let sizes = isShort ? Array(Self.sizes.prefix(4)) : Self.sizes
    let pictures = sizes.map { picture($0, alpha: kind.alpha, deep: kind.deep, &generator) }
    let maps = sizes.map { _ in map(scene, &generator) }
    for session in sessions {
      for group in TestBudget.isBounded ? [isShort ? 8 : 16] : [nil, kind.alpha ? 8 : 64] {
        let pipeline = try pipeline(batch: pictures.count, workGroup: group, in: session)
        for (picture, found) in zip(pictures, try pipeline.cutouts(of: maps, for: pictures)) {
          try compare(
            found, of: picture,
            "\(session.device.name), \(scene), \(kind), \(picture.size), groups of \(group ?? 0), seed 51")
        }
      }
    }
  }

  /// Complete and incomplete batches of cut-outs and mattes in turn, more than may be in flight.
  @Test func batchesGoThroughTheNetwork() throws {
    var generator = SeededGenerator(seed: 52)
    let kinds = TestBudget.isBounded ? 4 : 6
    let batches = (0..<4).map { batch in
      (0..<(batch % 2 == 0 ? 3 : 2)).map {
        picture(Self.sizes[(2 * batch + $0) % kinds], alpha: $0 == 1, deep: batch == 1, &generator)
      }
    }
    for session in sessions {
      let pipeline = try pipeline(batch: 3, workGroup: 16, in: session)
      let pending = try batches.enumerated().map { index, batch in
        defer { _ = try? pipeline.submitRefining([batch[0]]) }
        return try pipeline.submitCuttingOut(batch, includesMattes: index != 2)
      }
      let mattes = try batches.map { try pipeline.submitRefining($0).results() }
      for (index, batch) in batches.enumerated().reversed() {
        for (number, result) in try pending[index].results().enumerated() {
          let refined = mattes[index][number]
          #expect(result.map == refined.map)
          #expect(result.matte == (index == 2 ? nil : refined.matte))
          let complete = RefinedCutout(map: result.map, cutout: result.cutout, matte: refined.matte)
          try compare(
            complete, of: batch[number], "\(session.device.name), batch \(index), picture \(number), seed 52")
        }
      }
    }
  }

  /// The check that a device must pass before it cuts out.
  @Test(arguments: [nil, 32]) func devicesPassTheTrial(workGroup: Int?) throws {
    for session in sessions {
      let pipeline = try pipeline(batch: 2, workGroup: workGroup, in: session)
      let passes =
        TestBudget.isBounded
        ? try pipeline.cutsOutAsHost([Size(height: 20, width: 30)]) : try pipeline.cutsOutAsHost()
      #expect(passes, "\(session.device.name)")
    }
  }

  /// Pictures that a device cannot hold are recognised.
  @Test func roomIsKnown() throws {
    var generator = SeededGenerator(seed: 53)
    let small = picture(Size(height: 9, width: 9), alpha: false, deep: false, &generator)
    for session in sessions {
      #expect(try pipeline(batch: 2, workGroup: nil, in: session).hasRoomToCutOut([small, small]))
    }
  }
}
