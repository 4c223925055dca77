import DevicePictures
import Engine
import Pictures
import Networks
import OpenCL
import Tensors
import TestSupport
import Testing

private let sessions: [DeviceSession] = ((try? Device.all()) ?? []).compactMap { try? DeviceSession(device: $0) }

/// Compares what the device computes from pictures with what the host computes.
@Suite struct PicturePipelineTests {
  /// Pictures that are smaller and larger than the input, in one direction or both, with one row or column, of every
  /// kind.
  private static let sizes = [
    Size(height: 1, width: 1), Size(height: 17, width: 23), Size(height: 64, width: 3), Size(height: 5, width: 200),
    Size(height: 33, width: 41), Size(height: 150, width: 97), Size(height: 1, width: 77), Size(height: 33, width: 90),
  ]
  private static let inputSize = Size(height: 33, width: 41)

  private func picture(_ size: Size, alpha: Bool, deep: Bool, _ generator: inout SeededGenerator) -> Picture {
    let count = size.height * size.width * (alpha ? 4 : 3)
    let samples: Picture.Samples =
      deep
      ? .bits16((0..<count).map { _ in UInt16.random(in: 0...60000, using: &generator) })
      : .bits8((0..<count).map { _ in UInt8.random(in: 0...250, using: &generator) })
    return Picture(size: size, hasAlpha: alpha, samples: samples)
  }

  private func pictures(seed: UInt64) -> [Picture] {
    var generator = SeededGenerator(seed: seed)
    return Self.sizes.enumerated().map { index, size in
      picture(size, alpha: index % 3 == 1, deep: index % 4 >= 2, &generator)
    }
  }

  /// A network with one output map: a convolution and a sigmoid.
  private func executor(batch: Int, in session: DeviceSession) throws -> Executor {
    var builder = try GraphBuilder(
      input: Shape(batch: batch, channels: 3, height: Self.inputSize.height, width: Self.inputSize.width))
    let sums = try builder.add(
      .convolution(Convolution(weight: "w", bias: "b", outChannels: 1, dilation: 1)), to: [builder.input], name: "sums")
    let map = try builder.add(.sigmoid, to: [sums], name: "map")
    let graph = builder.finish(outputs: [("map", map)])
    return try Executor(graph: graph, parameters: SeededParameters(for: graph), session: session)
  }

  private func pipeline(
    batch: Int, _ preprocessing: Preprocessing, in session: DeviceSession
  ) throws -> (PicturePipeline, Executor) {
    let executor = try executor(batch: batch, in: session)
    return (try PicturePipeline(executor: executor, session: session, preprocessing: preprocessing), executor)
  }

  private static let preprocessings: [Preprocessing] = Resampling.allCases.flatMap { resampling in
    [
      Preprocessing(
        size: inputSize, resampling: resampling, normalization: .imageNet,
        background: Color(red: 200, green: 7, blue: 99)),
      Preprocessing(
        size: inputSize, resampling: resampling, mapNormalization: .identity, normalization: .centered),
    ]
  }

  @Test(arguments: preprocessings) func inputsAreTheHosts(preprocessing: Preprocessing) throws {
    #expect(!sessions.isEmpty, "no OpenCL device: nothing was compared")
    for session in sessions {
      let pictures = pictures(seed: 11)
      let (pipeline, _) = try pipeline(batch: pictures.count, preprocessing, in: session)
      let found = try pipeline.input(from: pictures)
      let expected = preprocessing.input(from: pictures)
      if let mismatch = found.mismatch(with: expected, within: 2e-5) {
        Issue.record("\(session.device.name), \(preprocessing), seed 11: \(mismatch)")
      }
    }
  }

  /// Complete and incomplete batches, more than may be in flight, whose results are taken in another order.
  @Test(arguments: preprocessings) func masksAreTheHosts(preprocessing: Preprocessing) throws {
    for session in sessions {
      let (pipeline, executor) = try pipeline(batch: 3, preprocessing, in: session)
      let batches = (0..<(TestBudget.isBounded ? 2 : 5)).map {
        Array(pictures(seed: UInt64(20 + $0)).prefix($0 % 2 == 0 ? 3 : 2))
      }
      let pending = try batches.map { try pipeline.submit($0) }
      for (index, batch) in batches.enumerated().reversed() {
        let results = try pending[index].results()
        let masks = results.map(\.mask)
        let padded = batch + Array(repeating: batch[0], count: 3 - batch.count)
        let map = try executor.run(preprocessing.input(from: padded))[0]
        for (number, picture) in batch.enumerated() {
          let expected = hostMask(of: map, number, for: picture, preprocessing)
          #expect(masks[number].size == picture.size)
          let worst = zip(masks[number].pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
          let what = "\(session.device.name), \(preprocessing), seed \(20 + index), picture \(number)"
          #expect(worst <= 1, "\(what)")
          let (range, host) = (
            results[number].range, MapRange(of: plane(of: map, number), areProbabilities: true)
          )
          #expect(abs(range.least - host.least) <= 1e-4 && abs(range.greatest - host.greatest) <= 1e-4, "\(what)")
          // Two maps that differ in the last digits may differ in a few pixels near one half.
          #expect(abs(range.halfCount - host.halfCount) <= 5 && range.count == host.count, "\(what)")
        }
      }
    }
  }

  private func hostMask(
    of map: Tensor, _ number: Int, for picture: Picture, _ preprocessing: Preprocessing
  ) -> Mask {
    Mask(
      saliency: plane(of: map, number), of: map.shape.size, resizedTo: picture.size,
      resampling: preprocessing.resampling, normalization: preprocessing.mapNormalization)
  }

  private func plane(of map: Tensor, _ number: Int) -> [Float] {
    let plane = map.shape.height * map.shape.width
    return Array(map.values[number * plane..<(number + 1) * plane])
  }

  /// The masks are the same whether or not the host waits after each stage.
  @Test func stagesMakeTheSameMasks() throws {
    for session in sessions {
      let (pipeline, _) = try pipeline(batch: 3, Self.preprocessings[0], in: session)
      let pictures = Array(pictures(seed: 31).prefix(3))
      var stages: [PicturePipeline.Stage] = []
      let masks = try pipeline.masks(of: pictures) { stages.append($0) }
      #expect(stages == PicturePipeline.Stage.allCases)
      #expect(try pipeline.submit(pictures).results() == masks, "\(session.device.name)")
    }
  }

  /// The check of a device passes with every normalization of maps, and holds the ranges exact.
  @Test(arguments: MapNormalization.allCases, [true, false])
  func devicesPassTheTrial(normalization: MapNormalization, areProbabilities: Bool) throws {
    for session in sessions {
      let executor = try executor(batch: 1, in: session)
      let pipeline = try PicturePipeline(
        executor: executor, session: session,
        preprocessing: Preprocessing(size: Self.inputSize, mapNormalization: normalization),
        areProbabilities: areProbabilities)
      #expect(try pipeline.agreesWithHost(), "\(session.device.name)")
      #expect(try pipeline.refinesAsHost(), "\(session.device.name)")
    }
  }

  /// A picture of one colour has no range, but its results are not NaN.
  @Test func flatPicturesGiveMasks() throws {
    for session in sessions {
      let (pipeline, _) = try pipeline(batch: 1, Self.preprocessings[0], in: session)
      for value in [UInt8(0), 255] {
        let size = Size(height: 20, width: 30)
        let picture = Picture(size: size, hasAlpha: false, samples: .bits8(Array(repeating: value, count: 1800)))
        let input = try pipeline.input(from: [picture])
        #expect(input.values.allSatisfy { $0.isFinite }, "\(session.device.name), \(value)")
        #expect(try pipeline.submit([picture]).results()[0].mask.size == size)
      }
    }
  }
}
