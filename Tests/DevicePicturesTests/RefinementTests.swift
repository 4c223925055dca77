import DevicePictures
import Engine
import Pictures
import Matting
import Networks
import OpenCL
import Tensors
import TestSupport
import Testing

private let sessions: [DeviceSession] = ((try? Device.all()) ?? []).compactMap { try? DeviceSession(device: $0) }

/// Compares mattes that the device refines with those that the host refines.
@Suite struct RefinementTests {
  /// A kind of mask and picture.
  enum Scene: CaseIterable {
    /// Noise in both.
    case noise
    /// A sharp matte in black and white, and a mask that is its average.
    case ink
    /// A coloured disc with noise, and a mask that is as blurred as a network's.
    case disc
    /// A constant mask and picture.
    case flat
  }

  private static let mapSize = TestBudget.isBounded ? Size(height: 9, width: 11) : Size(height: 33, width: 41)
  /// Smaller and larger than the mask, in one direction or both, with one row or column.
  private static let sizes = [
    Size(height: 1, width: 1), Size(height: 17, width: 23), Size(height: 64, width: 3), Size(height: 5, width: 200),
    Size(height: 33, width: 41), Size(height: 150, width: 97), Size(height: 1, width: 77),
    Size(height: 127, width: 211),
  ]
  private static let preprocessing = Preprocessing(
    size: mapSize, normalization: .imageNet, background: Color(red: 200, green: 7, blue: 99))

  /// A network with one output map: a convolution and a sigmoid.
  private func executor(batch: Int, size: Size, in session: DeviceSession) throws -> Executor {
    var builder = try GraphBuilder(input: Shape(batch: batch, channels: 3, height: size.height, width: size.width))
    let sums = try builder.add(
      .convolution(Convolution(weight: "w", bias: "b", outChannels: 1, dilation: 1)), to: [builder.input], name: "sums")
    let map = try builder.add(.sigmoid, to: [sums], name: "map")
    let graph = builder.finish(outputs: [("map", map)])
    return try Executor(graph: graph, parameters: SeededParameters(for: graph), session: session)
  }

  private func pipeline(batch: Int, in session: DeviceSession) throws -> (PicturePipeline, Executor) {
    let executor = try executor(batch: batch, size: Self.mapSize, in: session)
    return (
      try PicturePipeline(executor: executor, session: session, preprocessing: Self.preprocessing), executor
    )
  }

  private func map(_ scene: Scene, _ generator: inout SeededGenerator) -> Tensor {
    let size = Self.mapSize
    return Tensor(shape: Shape(channels: 1, height: size.height, width: size.width)) { values in
      for i in values.indices {
        let distance = size.distanceFromCentre(i % size.width, i / size.width)
        values[i] =
          switch scene {
          case .noise: Float.random(in: -1...1, using: &generator)
          case .ink: distance < 0.5 ? 1 : 0
          case .disc: 1 / (1 + distance * distance * distance * 8)
          case .flat: 0.3
          }
      }
    }
  }

  private func picture(
    _ scene: Scene, _ size: Size, alpha: Bool, deep: Bool, _ generator: inout SeededGenerator
  ) -> Picture {
    let channels = alpha ? 4 : 3
    let levels = (0..<size.height * size.width * channels).map { i -> Double in
      let (pixel, channel) = (i / channels, i % channels)
      let isInside = size.distanceFromCentre(pixel % size.width, pixel / size.width) < 0.5
      if channel == 3 { return isInside ? 1 : Double.random(in: 0...1, using: &generator) }
      switch scene {
      case .noise: return Double.random(in: 0...1, using: &generator)
      case .ink: return isInside ? 1 : 0
      case .disc: return (isInside ? 0.8 : 0.1 + 0.2 * Double(channel)) + Double.random(in: 0...0.1, using: &generator)
      case .flat: return 0.5
      }
    }
    return Picture(size: size, hasAlpha: alpha, levels: levels, deep: deep)
  }

  private func expected(_ map: Tensor, for picture: Picture) -> AlphaMatte {
    let mask = CoarseMask(size: map.shape.size, values: Mask.minMaxNormalized(map.values))
    return GuidedUpsampling().matte(of: mask, for: picture.flattened(over: Self.preprocessing.background))
  }

  /// Compares within one of 255 levels, and a twentieth of a level on average.
  private func compare(_ found: AlphaMatte, _ expected: AlphaMatte, _ what: String) {
    guard found.size == expected.size else {
      Issue.record("\(what): \(found.size) instead of \(expected.size)")
      return
    }
    let differences = zip(found.values, expected.values).map { abs(Int($0) - Int($1)) }
    let mean = Double(differences.reduce(0, +)) / Double(differences.count) / 257
    if let first = differences.firstIndex(where: { $0 > 257 }) {
      Issue.record(
        """
        \(what): \(found.values[first]) instead of \(expected.values[first]) of 65535 at \(first % found.size.width), \
        \(first / found.size.width)
        """)
    }
    #expect(mean <= 0.05, "\(what): off by \(mean) levels on average")
  }

  /// Pictures of every size and kind, in one batch.
  @Test(arguments: Scene.allCases, [(false, false), (true, false), (false, true), (true, true)])
  func mattesAreTheHosts(scene: Scene, kind: (alpha: Bool, deep: Bool)) throws {
    #expect(!sessions.isEmpty, "no OpenCL device: nothing was compared")
    var generator = SeededGenerator(seed: 41)
    let sizes = TestBudget.isBounded ? Array(Self.sizes.prefix(5)) : Self.sizes
    let pictures = sizes.map { picture(scene, $0, alpha: kind.alpha, deep: kind.deep, &generator) }
    let maps = sizes.map { _ in map(scene, &generator) }
    for session in sessions {
      let (pipeline, _) = try pipeline(batch: sizes.count, in: session)
      let mattes = try pipeline.mattes(of: maps, for: pictures)
      for (index, matte) in mattes.enumerated() {
        compare(
          matte, expected(maps[index], for: pictures[index]),
          "\(session.device.name), \(scene), \(kind), \(sizes[index]), seed 41")
      }
    }
  }

  /// Values that are not finite have the same effect as on the host.
  @Test func mapsNeedNotBeFinite() throws {
    var generator = SeededGenerator(seed: 42)
    let picture = picture(.disc, Size(height: 40, width: 50), alpha: false, deep: false, &generator)
    let values = map(.disc, &generator)
    let holes: [Float] = [.nan, .infinity, -.infinity]
    let map = Tensor(shape: values.shape) { target in
      for i in target.indices { target[i] = i % 97 == 5 ? holes[i % 3] : values.values[i] }
    }
    for session in sessions {
      let (pipeline, _) = try pipeline(batch: 1, in: session)
      compare(
        try pipeline.mattes(of: [map], for: [picture])[0], expected(map, for: picture),
        "\(session.device.name), seed 42")
    }
  }

  /// Complete and incomplete batches of mattes and masks in turn, more than may be in flight.
  @Test func batchesGoThroughTheNetwork() throws {
    for session in sessions {
      let (pipeline, executor) = try pipeline(batch: 3, in: session)
      var generator = SeededGenerator(seed: 43)
      let batches = (0..<4).map { batch in
        (0..<(batch % 2 == 0 ? 3 : 2)).map {
          picture(.disc, Self.sizes[(3 * batch + $0) % 6], alpha: $0 == 1, deep: batch == 1, &generator)
        }
      }
      let pending = try batches.map { batch in
        defer { _ = try? pipeline.submit([batch[0]]) }
        return try pipeline.submitRefining(batch)
      }
      for (index, batch) in batches.enumerated().reversed() {
        let padded = batch + Array(repeating: batch[0], count: 3 - batch.count)
        let computed = try executor.run(Self.preprocessing.input(from: padded))[0]
        for (number, result) in try pending[index].results().enumerated() {
          let what = "\(session.device.name), batch \(index), picture \(number), seed 43"
          if let mismatch = result.map.mismatch(with: computed.image(number), within: 2e-5) {
            Issue.record("\(what): \(mismatch)")
          }
          compare(result.matte, expected(result.map, for: batch[number]), what)
        }
      }
    }
  }

  /// The check that a device must pass before it refines.
  @Test func devicesPassTheTrial() throws {
    for session in sessions {
      let (pipeline, _) = try pipeline(batch: 2, in: session)
      #expect(try pipeline.refinesAsHost(), "\(session.device.name)")
    }
  }

  /// Prints the time of refining on the host and on the device, measured in turn; only with U2CL_TEST_THOROUGH.
  @Test(.enabled(if: TestBudget.isThorough), arguments: [(1280, 720), (4000, 3000)])
  func timesAreTold(width: Int, height: Int) throws {
    var generator = SeededGenerator(seed: 45)
    let size = Size(height: height, width: width)
    let picture = picture(.disc, size, alpha: false, deep: false, &generator)
    let preprocessing = Preprocessing(size: Size(height: 320, width: 320), normalization: .imageNet)
    let map = Tensor(shape: Shape(channels: 1, height: 320, width: 320)) { values in
      for i in values.indices { values[i] = 1 / (1 + 8 * preprocessing.size.distanceFromCentre(i % 320, i / 320)) }
    }
    let mask = CoarseMask(size: preprocessing.size, values: Mask.minMaxNormalized(map.values))
    for session in sessions {
      let executor = try executor(batch: 1, size: preprocessing.size, in: session)
      let pipeline = try PicturePipeline(executor: executor, session: session, preprocessing: preprocessing)
      var times: [String: [Duration]] = [:]
      for _ in 0..<15 {
        times["host", default: []].append(
          ContinuousClock().measure { _ = GuidedUpsampling().matte(of: mask, for: picture) })
        var start = ContinuousClock.now
        _ = try pipeline.mattes(of: [map], for: [picture]) { stage in
          times["\(stage)", default: []].append(start.duration(to: .now))
          start = .now
        }
      }
      let medians = times.mapValues { $0.sorted()[$0.count / 2] }.sorted { $0.key < $1.key }
      print("\(session.device.name), \(size), medians of 15: \(medians.map { "\($0.key) \($0.value)" })")
    }
  }

  /// Pictures that a device cannot hold are recognised.
  @Test func roomIsKnown() throws {
    var generator = SeededGenerator(seed: 44)
    for session in sessions {
      let (pipeline, _) = try pipeline(batch: 2, in: session)
      let small = picture(.noise, Size(height: 9, width: 9), alpha: false, deep: false, &generator)
      #expect(pipeline.hasRoom(for: [small, small]), "\(session.device.name)")
    }
  }
}
