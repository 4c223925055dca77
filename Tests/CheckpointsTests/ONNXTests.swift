import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ONNXTests {
  private static let stages = [
    "stage1", "stage2", "stage3", "stage4", "stage5", "stage6", "stage5d", "stage4d", "stage3d", "stage2d", "stage1d",
  ]

  /// Every export of the tiny U²-Net is the table's graph: the same operations in the same blocks with the same shapes.
  @Test(arguments: [
    "tiny_opset11_fixed_folded.onnx", "tiny_opset11_dynamic_anonymous.onnx", "tiny_opset13_dynamic_folded.onnx",
    "tiny_opset17_fixed_batchnorm.onnx",
  ])
  func anExportIsTheTablesGraph(file: String) throws {
    let model = try Fixtures.model(file)
    #expect(model.inputSize == (file.contains("fixed") ? Size(height: 37, width: 45) : nil))
    #expect(model.name == String(file.dropLast(5)))
    let sizes = file.contains("dynamic") ? [(37, 45), (64, 64), (97, 131), (5, 3)] : [(37, 45)]
    for (height, width) in sizes {
      let input = Shape(channels: 3, height: height, width: width)
      let graph = try model.graph(for: input)
      let table = U2NetTable(
        name: "tiny",
        stages: StageTable(
          encoder: Self.tiny(StageTable.full.encoder), decoder: Self.tiny(StageTable.full.decoder)),
        batchNorm: file.contains("batchnorm"))
      let expected = try table.graph(for: input)
      #expect(Self.summary(graph) == Self.summary(expected), "\(file) at \(width)×\(height)")
      #expect(graph.outputs.map(\.name) == (0...6).map { "d\($0)" })
      #expect(graph.outputShapes == expected.outputShapes)
      #expect(graph.multiplyAccumulates == expected.multiplyAccumulates)
      #expect(graph.blocks == ["input"] + Self.stages + ["fusion"])
      try graph.validate(model.parameters)
      for parameter in graph.parameters { _ = try graph.tensor(parameter, from: model.parameters) }
    }
  }

  /// Whatever exporters call nodes and weights, the network is recognized by what it computes, and each weight is
  /// found.
  @Test(arguments: [
    ("tiny_opset11_fixed_folded", "u2net (custom)", 1), ("tiny_opset11_dynamic_anonymous", "u2net (custom)", 1),
    ("tiny_opset13_dynamic_folded", "u2net (custom)", 1), ("tiny_opset17_fixed_batchnorm", "u2net (custom)", 1),
    ("family/isnet_opset17_dynamic", "isnet (custom)", 1), ("family/u2net_4ch_opset18_dynamo", "u2net (custom)", 4),
  ])
  func exportsAreIdentified(file: String, architecture: String, outChannels: Int) throws {
    let model = try Fixtures.model(file + ".onnx")
    let known = try model.identified()
    #expect(known.table.name == architecture && known.table.outChannels == outChannels)
    #expect(known.table.batchNorm == file.hasSuffix("batchnorm") && known.table.form == .probabilities)
    let graph = try known.table.graph(for: Shape(channels: 3, height: 64, width: 64))
    var original = known.table
    original.batchNorm = true
    let seeded = try original.graph(for: graph.inputShape)
    let source = SeededParameters(for: seeded)
    let folded = FoldedParameters(source, of: seeded)
    for parameter in graph.parameters {
      let tensor = try graph.tensor(parameter, from: known.parameters)
      let expected =
        try known.table.batchNorm ? source.tensor(named: parameter.name) : folded.tensor(named: parameter.name)
      #expect(tensor.mismatch(with: expected, within: 2e-7) == nil, "\(parameter.name)")
    }
  }

  /// An Upsample with other pixel centres than PyTorch's makes another network.
  @Test func oldUpsamplingIsAnotherNetwork() throws {
    let model = try Fixtures.model("family/u2net_opset9.onnx")
    let error = #expect(throws: KnownNetworks.Unidentified.self) { try model.identified() }
    #expect(error?.description.contains("(upsample)") == true, "\(String(describing: error))")
  }

  /// Weights under official names are the seeded ones that the script was given.
  @Test func namedInitializersAreRead() throws {
    let model = try Fixtures.model("tiny_opset17_fixed_batchnorm.onnx")
    let graph = try model.graph(for: Shape(channels: 3, height: 37, width: 45))
    let seeded = SeededParameters(for: graph)
    for parameter in graph.parameters {
      let tensor = try model.parameters.tensor(named: parameter.name)
      let expected = try seeded.tensor(named: parameter.name)
      #expect(tensor.mismatch(with: expected, within: 0) == nil, "\(parameter.name)")
    }
    #expect(model.parameters.metadata["producer"]?.hasPrefix("pytorch") == true)
    #expect(model.parameters.entries.values.allSatisfy { $0.location != nil }, "the weights stay in the file")
  }

  @Test func aSizeThatTheFileDoesNotFollowIsTold() throws {
    let model = try Fixtures.model("tiny_opset11_fixed_folded.onnx")
    let error = #expect(throws: CheckpointError.self) {
      try model.graph(for: Shape(channels: 3, height: 64, width: 64))
    }
    #expect(error?.description.contains("the file was exported for 45×37") == true, "\(String(describing: error))")
    let gray = #expect(throws: CheckpointError.self) { try model.graph(for: Shape(channels: 1, height: 37, width: 45)) }
    #expect(gray?.description.contains("it takes 3 channels") == true, "\(String(describing: gray))")
  }

  /// Each file of `Fixtures/nodes` says in its metadata what must come out, or why it must be refused.
  @Test(arguments: try FileManager.default.contentsOfDirectory(atPath: Fixtures.folder + "nodes").sorted())
  func aFewNodes(file: String) throws {
    let input = Shape(channels: 2, height: 4, width: 6)
    do {
      let model = try Fixtures.model("nodes/" + file)
      let graph: Graph
      do { graph = try model.graph(for: input) } catch {
        let reason = model.parameters.metadata["refused"] ?? "nothing"
        #expect("\(error)".contains(reason), "\(error); expected \(reason)")
        #expect(error is CheckpointError && "\(error)".contains(file) && !"\(error)".contains("\n"))
        return
      }
      #expect(model.parameters.metadata["refused"] == nil, "it was not refused")
      #expect(model.parameters.metadata["shape"] == graph.outputShapes.first?.description)
      #expect(graph.outputs.map(\.name) == ["y"])
      try graph.validate(model.parameters)
    } catch let error as CheckpointError {
      #expect(file == "external.onnx", "\(error)")
      #expect(error.description.contains("tensor 'w': its elements are in 'weights.bin'"), "\(error)")
    }
  }

  @Test func halfPrecisionBitsAreWidened() throws {
    let model = try Fixtures.model("nodes/conv_half_bits.onnx")
    #expect(model.parameters.entries["w"]?.elementType == .float16)
    #expect(try model.parameters.tensor(named: "w") == Tensor(shape: [3, 2, 3, 3], repeating: 1))
  }

  @Test func operationsKeepTheirNumbers() throws {
    let input = Shape(channels: 2, height: 4, width: 6)
    let convolution = try Fixtures.model("nodes/conv_stride.onnx").graph(for: input).nodes[1].operation
    #expect(
      convolution == .convolution(Convolution(weight: "w", bias: nil, outChannels: 3, stride: 2, padding: 1)))
    let norm = try Fixtures.model("nodes/batch_norm.onnx").graph(for: input).nodes[1].operation
    #expect(norm == .batchNorm(BatchNorm(weight: "v", bias: "v", mean: "v", variance: "v", epsilon: 1e-3)))
    let pool = try Fixtures.model("nodes/max_pool.onnx").graph(for: input).nodes[1].operation
    #expect(pool == .maxPool(MaxPool(kernel: 3, stride: 2, ceilMode: true)))
    #expect(
      try Fixtures.model("nodes/resize_same.onnx").graph(for: input).nodes.count == 1, "the same size needs no node")
    #expect(try Fixtures.model("nodes/unused.onnx").graph(for: input).nodes.count == 2, "nothing needs the other node")
  }

  /// The authors' weights as published: opset 11, float16 with casts.
  @Test(.enabled(if: SharedFiles.exist, Comment(rawValue: SharedFiles.absence)))
  func theOfficialModelIsRead() throws {
    let model = try Fixtures.onnx(CheckpointFile.open(SharedFiles.path("models/u2netp-fp16.onnx")))
    #expect(model.inputSize == Size(height: 320, width: 320))
    for (height, width) in [(320, 320), (97, 131)] {
      let graph = try model.graph(for: Shape(channels: 3, height: height, width: width))
      let kinds = Dictionary(grouping: graph.nodes, by: \.operation.kind).mapValues(\.count)
      #expect(kinds[.convolution] == 119 && kinds[.maxPool] == 33 && kinds[.add] == 11 && kinds[.sigmoid] == 7)
      #expect(graph.outputs.map(\.name) == (0...6).map { "d\($0)" })
      #expect(graph.outputShapes.allSatisfy { $0 == Shape(channels: 1, height: height, width: width) })
      #expect(graph.blocks == ["input"] + Self.stages + ["fusion"])
      try graph.validate(model.parameters)
      let table = U2NetTable(name: "u2netp", stages: .small, batchNorm: false)
      let expected = try table.graph(for: graph.inputShape)
      #expect(Self.summary(graph) == Self.summary(expected))
    }
    let full = try model.graph(for: Shape(channels: 3, height: 320, width: 320))
    #expect(abs(Double(full.multiplyAccumulates) / 19.76e9 - 1) < 0.01, "\(full.multiplyAccumulates)")
  }

  /// The table with 2 maps outside and 1 inside its blocks.
  private static func tiny(_ stages: [StageTable.Stage]) -> [StageTable.Stage] {
    stages.map { stage in
      let inChannels = stage.name == "stage1" ? 3 : stage.name.hasSuffix("d") ? 4 : 2
      return StageTable.Stage(stage.name, RSU(form: stage.block.form, in: inChannels, mid: 1, out: 2))
    }
  }

  /// How often each operation, without the names of weights, makes each shape in each block.
  private static func summary(_ graph: Graph) -> [String: Int] {
    let lines = graph.nodes.map { node in
      var operation = node.operation
      switch operation {
      case .convolution(var convolution):
        convolution.weight = ""
        convolution.bias = convolution.bias.map { _ in "" }
        operation = .convolution(convolution)
      case .batchNorm(let norm):
        operation = .batchNorm(BatchNorm(weight: "", bias: "", mean: "", variance: "", epsilon: norm.epsilon))
      default: break
      }
      return "\(node.block): \(operation) of \(node.inputs.map { graph.nodes[$0].shape }) is \(node.shape)"
    }
    return Dictionary(grouping: lines) { $0 }.mapValues(\.count)
  }
}
