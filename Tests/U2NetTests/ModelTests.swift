import Pictures
import Networks
import Tensors
import Testing
import U2Net

@Suite struct ModelMetadataTests {
  @Test func silenceIsTheAuthorsWay() throws {
    let metadata = ModelMetadata([:], file: "f")
    #expect(try metadata.inputSize() == nil)
    #expect(try metadata.normalization() == .imageNet)
  }

  @Test func everythingCanBeSaid() throws {
    let metadata = ModelMetadata(
      ["input_size": "224", "mean": "0.5, 0.25,0", "std": "1,2, 4", "divide_by": "255"], file: "f")
    #expect(try metadata.inputSize() == Size(height: 224, width: 224))
    var expected = Normalization.imageNet
    expected.mean = [0.5, 0.25, 0]
    expected.standardDeviation = [1, 2, 4]
    expected.scaling = .full
    #expect(try metadata.normalization() == expected)
    #expect(try ModelMetadata(["divide_by": "max"], file: "f").normalization().scaling == .maximum)
  }

  @Test(arguments: [
    ("input_size", "0", "a number of pixels from 1 to 8192"), ("input_size", "8193", "from 1 to 8192"),
    ("input_size", "-1", "from 1 to 8192"), ("input_size", "320x320", "from 1 to 8192"), ("input_size", "", "from 1"),
    ("mean", "0.5", "three numbers"), ("mean", "a,b,c", "three numbers"), ("mean", "0,0,nan", "three numbers"),
    ("mean", "0,0,0,0", "three numbers"), ("std", "1,1,0", "three positive numbers"),
    ("std", "1,1,-1", "three positive numbers"), ("std", "1,inf,1", "three numbers"),
    ("divide_by", "max255", "max or 255"),
  ])
  func nonsenseIsTold(key: String, text: String, expected: String) {
    let metadata = ModelMetadata([key: text], file: "model.safetensors")
    let error = #expect(throws: Failure.self) {
      _ = try metadata.inputSize()
      _ = try metadata.normalization()
    }
    #expect(error?.kind == .model)
    #expect(error?.description.hasPrefix("model.safetensors: its metadata says \(key) = '\(text)'") == true)
    #expect(error?.description.contains(expected) == true)
  }
}

@Suite struct ModelTests {
  @Test func theBuiltInModelIsThere() throws {
    let model = try Model.builtIn()
    #expect(model.name == "u2cl-default" && model.architecture == "u2netp")
    #expect(model.inputSize == Size(height: 224, width: 224) && model.normalization == .imageNet)
  }

  @Test func seededModelsAreMeasured() throws {
    #expect(try Model.seeded(full: false).architecture == "u2netp")
    #expect(try Model.seeded(full: true).architecture == "u2net")
  }

  /// What the reference will take is known before it takes it: here the input, a convolution and its ReLU.
  @Test func theReferencesMemoryIsCounted() throws {
    let graph = try Model.builtIn().network.graph(for: Shape(channels: 3, height: 320, width: 320))
    let sizes = graph.nodes.map { UInt64($0.shape.elementCount * 4) }
    let largest = try #require(sizes.max())
    #expect(graph.peakActivationBytes > 2 * largest)
    #expect(graph.peakActivationBytes < sizes.reduce(0, +) / 2)
    let twice = try Model.builtIn().network.graph(for: Shape(batch: 2, channels: 3, height: 320, width: 320))
    #expect(twice.peakActivationBytes == 2 * graph.peakActivationBytes)
  }
}

@Suite struct StatisticsTests {
  @Test func oneSampleIsEverything() {
    let statistics = Statistics([3])
    #expect([statistics.min, statistics.median, statistics.p90, statistics.max, statistics.mean] == [3, 3, 3, 3, 3])
    #expect([statistics.p95, statistics.p99, statistics.standardDeviation] == [3, 3, 0])
  }

  @Test func percentilesLieBetweenSamples() {
    let statistics = Statistics([4, 1, 3, 2])
    #expect(statistics.min == 1 && statistics.max == 4 && statistics.mean == 2.5 && statistics.median == 2.5)
    #expect(abs(statistics.p90 - 3.7) < 1e-12)
    let eleven = Statistics((0...10).map(Double.init).shuffled())
    #expect(eleven.median == 5 && eleven.p90 == 9 && eleven.mean == 5)
    #expect(eleven.p95 == 9.5 && abs(eleven.p99 - 9.9) < 1e-12)
    #expect(abs(eleven.standardDeviation - 11.0.squareRoot()) < 1e-12)
  }
}

@Suite struct FailureTests {
  @Test func aFailureIsOneLine() {
    #expect(Failure(.file, "a\nb\r\u{1B}c").description == "a?b??c")
    let failure = Failure(.model, "damaged")
    #expect(Failure(failure as any Error) == failure && "\(failure)" == "damaged")
  }

  @Test(
    arguments: [
      (Failure.Kind.usage, 2), (.device, 3), (.model, 4), (.file, 5), (.verification, 6),
    ] as [(Failure.Kind, Int32)])
  func kindsAreExitCodes(kind: Failure.Kind, code: Int32) { #expect(kind.rawValue == code) }

  @Test func errorsBelowKeepTheirKind() {
    let missing = #expect(throws: Failure.self) { try Model("no/such.onnx") }
    #expect(missing?.kind == .model && missing?.description == "no/such.onnx: there is no such file; check the path")
    let size = #expect(throws: Failure.self) { try SaliencyDetector(device: .reference, size: 0) }
    #expect(size?.kind == .usage)
  }
}
