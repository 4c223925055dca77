import Networks
import Tensors
import Testing

/// Graphs whose nodes and parameters have lost their names are recognised by what they compute.
@Suite struct KnownNetworksTests {
  static let tables: [any NetworkTable] = [
    U2NetTable.small(), U2NetTable.full(outChannels: 4), ISNetTable.full(),
    U2NetTable(name: "u2netp", stages: .small, batchNorm: false),
    U2NetTable(name: "u2net", stages: .full, outChannels: 4, form: .logits),
    ISNetTable(name: "isnet", stemChannels: 64, stages: ISNetTable.full().stages, sides: 1, batchNorm: false),
    U2NetTable(
      name: "u2net (custom)",
      stages: StageTable(
        encoder: [StageTable.Stage("stage1", RSU(depth: 7, in: 3, mid: 5, out: 64))]
          + StageTable.small.encoder.dropFirst(), decoder: StageTable.small.decoder)),
  ]

  @Test(arguments: tables.indices) func aScrambledGraphIsKnown(index: Int) throws {
    let table = Self.tables[index]
    let graph = try table.graph(for: [1, 3, 97, 66])
    let (scrambled, names) = try Self.scrambled(graph)
    let source = SeededParameters(for: scrambled)
    let known = try KnownNetworks.identify(scrambled, source)
    #expect(known.table.name == table.name && known.table.form == table.form)
    #expect(known.table.batchNorm == table.batchNorm && known.table.outChannels == table.outChannels)
    #expect(try known.table.graph(for: graph.inputShape) == graph)
    #expect(known.parameters.names == names.keys.sorted())
    for (official, scrambled) in names where official.hasSuffix("rebnconv3d.conv_s1.bias") {
      #expect(try known.parameters.tensor(named: official) == source.tensor(named: scrambled), "\(official)")
    }
  }

  /// The fused map alone needs all parameters. Surplus outputs are left out.
  @Test func someOutputsAreEnough() throws {
    let whole = try U2NetTable.small().graph(for: [1, 3, 64, 64])
    let alone = try Self.scrambled(whole.selecting(outputs: [0])).graph
    #expect(try KnownNetworks.identify(alone, SeededParameters(for: alone)).table as? U2NetTable == .small())
    let isNet = try ISNetTable.full().graph(for: [1, 3, 64, 64])
    let more = try Self.scrambled(isNet.selecting(outputs: [0, 1, 2, 3, 4, 5, 2])).graph
    let known = try KnownNetworks.identify(more, SeededParameters(for: more))
    #expect(known.table as? ISNetTable == .full())
  }

  @Test func anotherNetworkIsNot() throws {
    let graph = try U2NetTable.small().graph(for: [1, 3, 64, 64])
    let (changed, _) = try Self.scrambled(graph) { node in
      guard case .convolution(var convolution) = node.operation, node.name == "stage3.rebnconv2.conv_s1" else {
        return node.operation
      }
      (convolution.dilation, convolution.padding) = (2, 2)
      return .convolution(convolution)
    }
    let error = #expect(throws: KnownNetworks.Unidentified.self) {
      try KnownNetworks.identify(changed, SeededParameters(for: changed))
    }
    #expect(error?.description.contains("stands where u2net has 'stage3.rebnconv2.conv_s1'") == true)
    var builder = try GraphBuilder(input: [1, 3, 8, 8])
    let node = try builder.add(.sigmoid, to: [builder.input], name: "s")
    let tiny = builder.finish(outputs: [("y", node)])
    #expect(throws: KnownNetworks.Unidentified.self) {
      try KnownNetworks.identify(tiny, SeededParameters(for: tiny))
    }
  }

  /// A file's nodes may have any name; messages about them have one line of limited length.
  @Test func strangeNamesStayInOneLine() throws {
    var builder = try GraphBuilder(input: [1, 3, 8, 8])
    let name = "a\nb\u{2028}" + String(repeating: "c", count: 9999)
    let strange = try builder.add(.relu, to: [builder.input], name: name)
    let end = try builder.add(.sigmoid, to: [strange], name: "end")
    let graph = builder.finish(outputs: [("y", end)])
    let error = #expect(throws: KnownNetworks.Unidentified.self) {
      try KnownNetworks.identify(graph, SeededParameters(for: graph))
    }
    let text = try #require(error?.description)
    #expect(!text.contains { $0.isNewline } && text.utf8.count < 400, "\(text)")
    #expect(text.contains(#"'a\nb\u{2028}ccc"#), "\(text)")
  }

  /// The same graph with numbers as names and the inputs of every sum exchanged, and the number of each parameter.
  private static func scrambled(
    _ graph: Graph, changing: (Node) -> Networks.Operation = \.operation
  ) throws -> (graph: Graph, names: [String: String]) {
    let names = Dictionary(
      uniqueKeysWithValues: graph.parameters.enumerated().map { ($0.element.name, "\($0.offset)") })
    func number(_ name: String) -> String { names[name] ?? name }
    var builder = try GraphBuilder(input: graph.inputShape, name: "x")
    for node in graph.nodes where node.id != graph.input {
      var operation = changing(node)
      switch operation {
      case .convolution(var convolution):
        (convolution.weight, convolution.bias) = (number(convolution.weight), convolution.bias.map(number))
        operation = .convolution(convolution)
      case .batchNorm(let norm):
        operation = .batchNorm(
          BatchNorm(
            weight: number(norm.weight), bias: number(norm.bias), mean: number(norm.mean),
            variance: number(norm.variance)))
      default: break
      }
      let inputs = operation == .add ? node.inputs.reversed() : node.inputs
      _ = try builder.add(operation, to: inputs, name: "\(node.id)")
    }
    return (builder.finish(outputs: graph.outputs.map { ("y\($0.node)", $0.node) }), names)
  }
}
