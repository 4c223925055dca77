import Models
import Networks
import Pictures
import Tensors
import Testing

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
}
