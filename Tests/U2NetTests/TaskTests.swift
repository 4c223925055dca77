import Foundation
import Models
import Pictures
import Networks
import Tensors
import TestSupport
import Testing
import U2Net

@Suite struct LabelMapTests {
  private let names = ["background", "upper", "lower"]

  @Test func theLargestScoreWins() {
    let scores = Tensor(
      shape: [1, 3, 1, 4],
      values: [0, -1, 5, 2] + [1, -2, 5, .nan] + [-3, -0.5, 4, 1])
    let map = LabelMap(scores: scores, classes: names, resizedTo: Size(height: 1, width: 4))
    #expect(map.labels == [1, 2, 0, 0], "the first of equals; NaN never")
    #expect(map.mask(of: 1).pixels == [255, 0, 0, 0] && map.mask(of: 0).pixels == [0, 0, 255, 255])
    #expect(map.foreground.pixels == [255, 255, 0, 0])
    #expect(map.colored.samples == .bits8([128, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0]))
  }

  /// Two classes side by side: the border lies where the scores, drawn between pixel centres, meet.
  @Test func bordersAreAsFineAsThePicture() {
    let scores = Tensor(shape: [1, 2, 1, 2], values: [3, 0] + [0, 1])
    let map = LabelMap(scores: scores, classes: ["a", "b"], resizedTo: Size(height: 3, width: 16))
    // Centres at 0.25 and 0.75 of the width; 3(1 − t) = t at t = 0.75, so at 0.625 of the width: pixel 10.
    #expect(
      map.labels
        == Array(repeating: Array(repeating: 0, count: 10) + Array(repeating: 1, count: 6), count: 3)
        .flatMap { $0 })
  }

  @Test func shrinkingSamples() {
    let seed: UInt64 = 5
    let scores = Tensor.random([1, 5, 9, 12], seed: seed)
    let map = LabelMap(scores: scores, classes: ["", "", "", "", ""], resizedTo: Size(height: 3, width: 4))
    for (index, label) in map.labels.enumerated() {
      let (y, x) = (index / 4 * 3 + 1, index % 4 * 3 + 1)
      let values = (0..<5).map { scores.values[($0 * 9 + y) * 12 + x] }
      #expect(values[Int(label)] == values.max(), "pixel \(index), seed \(seed)")
    }
  }

  @Test func coloursArePascalVOCs() {
    let expected: [(Int, UInt8, UInt8, UInt8)] = [
      (0, 0, 0, 0), (1, 128, 0, 0), (2, 0, 128, 0), (3, 128, 128, 0), (15, 192, 128, 128), (255, 224, 224, 192),
    ]
    for (index, red, green, blue) in expected {
      #expect(LabelMap.color(of: index) == Color(red: red, green: green, blue: blue), "\(index)")
    }
  }
}

@Suite struct ProfileTests {
  @Test func publishedModelsAreKnownByName() throws {
    for name in ["u2net", "u2netp", "u2net_human_seg", "silueta"] {
      #expect(ModelProfile(published: name) == ModelProfile(), "\(name)")
    }
    let cloth = try #require(ModelProfile(published: "u2net_cloth_seg"))
    #expect(cloth.task == .parsing && cloth.inputSize == Size(height: 768, width: 768))
    #expect(cloth.classes == ["background", "upper", "lower", "full"])
    let portrait = try #require(ModelProfile(published: "u2net_portrait"))
    #expect(portrait.task == .portrait && portrait.inputSize == Size(height: 512, width: 512))
    let isNet = try #require(ModelProfile(published: "isnet-general-use"))
    #expect(isNet.task == .saliency && isNet.inputSize == Size(height: 1024, width: 1024))
    #expect(isNet.normalization == .centered)
    #expect(ModelProfile(published: "isnet-anime")?.normalization.standardDeviation == [1, 1, 1])
    #expect(ModelProfile(published: "mine") == nil)
  }

  @Test func metadataSaysMore() throws {
    let metadata = ModelMetadata(
      ["task": "parsing", "classes": "sky,tree", "maps": "logits", "std": "1,1,1"], file: "f")
    let known = try #require(ModelProfile(published: "isnet"))
    let profile = try metadata.profile(for: known)
    #expect(profile.task == .parsing && profile.classes == ["sky", "tree"])
    #expect(profile.inputSize == known.inputSize && profile.normalization.scaling == .full)
    #expect(try metadata.form() == .logits)
    #expect(try ModelMetadata([:], file: "f").form() == nil)
    for (key, text) in [("task", "cutting"), ("maps", "sigmoid")] {
      let wrong = ModelMetadata([key: text], file: "m.safetensors")
      let error = #expect(throws: Failure.self) {
        _ = try wrong.profile(for: known)
        _ = try wrong.form()
      }
      #expect(error?.description.hasPrefix("m.safetensors: its metadata says \(key) = '\(text)'") == true)
    }
  }
}

/// What the tasks make of maps.
@Suite struct DetectionTests {
  private let picture = Picture(
    size: Size(height: 32, width: 32), hasAlpha: false,
    samples: .bits8((0..<32 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 &* 37) }))

  private func detection(
    _ task: ModelTask, channels: Int, form: OutputActivation = .probabilities,
    normalization: MapNormalization = .minMax
  ) throws -> Detection {
    let table = U2NetTable(name: "u2netp", stages: .small, outChannels: channels, form: form)
    let graph = try table.graph(for: Shape(channels: 3, height: 32, width: 32))
    let model = Model(
      name: "test", network: table, parameters: SeededParameters(for: graph),
      profile: ModelProfile(task: task, inputSize: graph.inputShape.size, classes: ["nothing"]))
    return try SaliencyDetector(model: model, device: .reference, mapNormalization: normalization).detect(picture)
  }

  @Test func aPortraitIsTheInverse() throws {
    let mask = try detection(.saliency, channels: 1).mask()
    let drawing = try detection(.portrait, channels: 1).mask()
    #expect(zip(mask.pixels, drawing.pixels).allSatisfy { abs(Int($0) + Int($1) - 255) <= 1 })
    #expect(drawing.pixels.contains(255) && drawing.pixels.contains(0))
    #expect(try detection(.portrait, channels: 1).labels() == nil)
  }

  /// Logits tell the same confidence as their probabilities, and so do the masks that are not stretched.
  @Test func probabilitiesAreKept() throws {
    let found = try detection(.saliency, channels: 1, normalization: .identity)
    let map = found.mainMap.values.values
    let confidence = try #require(found.confidence)
    #expect(confidence.maximum == map.max() && confidence.minimum == map.min())
    #expect(confidence.area == Float(map.count { $0 >= 0.5 }) / Float(map.count))
    let mask = try found.mask()
    #expect(mask.pixels == map.map { UInt8($0 * 255 + 0.5) })
    let logits = try detection(.saliency, channels: 1, form: .logits, normalization: .identity)
    let other = try #require(logits.confidence)
    #expect(abs(other.maximum - confidence.maximum) < 1e-5 && abs(other.area - confidence.area) < 0.01)
    #expect(zip(try logits.mask().pixels, mask.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    let drawing = try detection(.portrait, channels: 1, normalization: .identity)
    #expect(drawing.confidence == nil)
    #expect(zip(try drawing.mask().pixels, mask.pixels).allSatisfy { abs(Int($0) + Int($1) - 255) <= 1 })
    #expect(try detection(.parsing, channels: 4).confidence == nil)
  }

  @Test func somethingStandsOutFromOneHalf() {
    #expect(Confidence(maximum: 0.5, minimum: 0, area: 0.1).standsOut)
    #expect(!Confidence(maximum: 0.49, minimum: 0, area: 0).standsOut)
  }

  /// The classes of logits are those of their probabilities.
  @Test func parsingGivesClasses() throws {
    let labels = try #require(try detection(.parsing, channels: 4).labels())
    #expect(labels.classes == ["nothing", "class1", "class2", "class3"] && labels.size == picture.size)
    #expect(try detection(.parsing, channels: 4).mask() == labels.foreground)
    let logits = try detection(.parsing, channels: 4, form: .logits)
    #expect(logits.maps.allSatisfy { !$0.areProbabilities })
    let others = try #require(try logits.labels()).labels
    #expect(zip(labels.labels, others).count { $0 != $1 } <= 10, "but for ties by rounding")
    let error = #expect(throws: Failure.self) { try detection(.parsing, channels: 1).labels() }
    #expect(error?.kind == .model && error?.description.contains("parsing needs 2 to 256 channels") == true)
  }
}

@Suite struct ConversionTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/u2cl-conversion-\(UUID().uuidString)"

  /// An ONNX graph becomes a table of the same maps; half the bytes; folded batch norms.
  @Test func aGraphBecomesATable() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let fixtures = SharedFiles.packageRoot + "/Tests/CheckpointsTests/Fixtures/"
    var model = try Model(fixtures + "family/isnet_opset17_dynamic.onnx")
    #expect(model.inputSize == Size(height: 1024, width: 1024) && model.normalization == .centered)
    model.profile.inputSize = Size(height: 48, width: 48)
    let report = try ModelConversion().run(model, to: folder + "/a.safetensors")
    #expect(report.architecture == "isnet (custom)" && report.tensors == 119 * 2)
    let converted = try Model(folder + "/a.safetensors")
    #expect(converted.profile == model.profile && converted.architecture == "isnet (custom)")
    let demo = try Picture(contentsOf: SharedFiles.packageRoot + "/Examples/demo.jpg")
    func maps(_ model: Model) throws -> [SaliencyMap] {
      try SaliencyDetector(model: model, device: .reference).detect(demo).maps
    }
    #expect(try maps(converted) == maps(model))

    var small = ModelConversion()
    (small.half, small.foldsBatchNorm) = (true, true)
    _ = try small.run(Model.builtIn(), to: folder + "/b.safetensors")
    let folded = try Model(folder + "/b.safetensors")
    #expect(try folded.profile == Model.builtIn().profile)
    let told = try ModelReport(folded)
    #expect(!told.batchNorm && told.storage["F16"] == 1_122_630 && told.metadata["license"] == "Apache-2.0")
    let (ours, original) = (try maps(folded), try maps(Model.builtIn()))
    let worst = zip(ours, original).map { $0.values.maxAbsoluteDifference(to: $1.values) }.max() ?? 1
    #expect(worst > 0 && worst < 2e-2, "\(worst)")
  }

  @Test func whatHasNoNamesIsRefused() throws {
    let fixtures = SharedFiles.packageRoot + "/Tests/CheckpointsTests/Fixtures/"
    let model = try Model(fixtures + "family/u2net_opset9.onnx")
    let error = #expect(throws: Failure.self) { try ModelConversion().run(model, to: folder + ".safetensors") }
    #expect(error?.kind == .model)
    #expect(error?.description.contains("computes neither U²-Net nor IS-Net (node ") == true)
    #expect(!FileManager.default.fileExists(atPath: folder + ".safetensors"))
  }
}
