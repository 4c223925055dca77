import Tensors

/// The residual U-blocks of a network of U²-Net's form (Qin et al. 2020, section 3.2 and figure 5).
public struct StageTable: Hashable, Sendable {
  /// The encoder, En_1 … En_6. Each block but the first follows a max pool.
  public let encoder: [Stage]
  /// The decoder, De_5 … De_1. Each block takes the concat of the deeper stage, upsampled, and the encoder's stage.
  public let decoder: [Stage]

  /// A block with its name.
  public struct Stage: Hashable, Sendable {
    /// The official name, `stage1` … `stage6`, `stage5d` … `stage1d`.
    public let name: String
    /// The block.
    public let block: RSU

    /// A stage.
    public init(_ name: String, _ block: RSU) {
      self.name = name
      self.block = block
    }
  }

  /// Stages of U²-Net's form.
  public init(encoder: [Stage], decoder: [Stage]) {
    precondition(decoder.count == encoder.count - 1, "every encoder stage but the deepest has a decoder stage")
    self.encoder = encoder
    self.decoder = decoder
  }

  /// The same stages with another first block.
  func beginning(with block: RSU) -> StageTable {
    StageTable(encoder: [Stage(encoder[0].name, block)] + encoder.dropFirst(), decoder: decoder)
  }
}

extension StageTable {
  /// The stages of U²-Net: 16 to 256 channels inside the blocks, 64 to 512 between them.
  public static let full = StageTable(
    encoder: [
      Stage("stage1", RSU(depth: 7, in: 3, mid: 32, out: 64)),
      Stage("stage2", RSU(depth: 6, in: 64, mid: 32, out: 128)),
      Stage("stage3", RSU(depth: 5, in: 128, mid: 64, out: 256)),
      Stage("stage4", RSU(depth: 4, in: 256, mid: 128, out: 512)),
      Stage("stage5", .dilated(in: 512, mid: 256, out: 512)),
      Stage("stage6", .dilated(in: 512, mid: 256, out: 512)),
    ],
    decoder: [
      Stage("stage5d", .dilated(in: 1024, mid: 256, out: 512)),
      Stage("stage4d", RSU(depth: 4, in: 1024, mid: 128, out: 256)),
      Stage("stage3d", RSU(depth: 5, in: 512, mid: 64, out: 128)),
      Stage("stage2d", RSU(depth: 6, in: 256, mid: 32, out: 64)),
      Stage("stage1d", RSU(depth: 7, in: 128, mid: 16, out: 64)),
    ])

  /// The stages of U²-Net†: 16 channels inside the blocks, 64 between them.
  public static let small = StageTable(
    encoder: [
      Stage("stage1", RSU(depth: 7, in: 3, mid: 16, out: 64)),
      Stage("stage2", RSU(depth: 6, in: 64, mid: 16, out: 64)),
      Stage("stage3", RSU(depth: 5, in: 64, mid: 16, out: 64)),
      Stage("stage4", RSU(depth: 4, in: 64, mid: 16, out: 64)),
      Stage("stage5", .dilated(in: 64, mid: 16, out: 64)),
      Stage("stage6", .dilated(in: 64, mid: 16, out: 64)),
    ],
    decoder: [
      Stage("stage5d", .dilated(in: 128, mid: 16, out: 64)),
      Stage("stage4d", RSU(depth: 4, in: 128, mid: 16, out: 64)),
      Stage("stage3d", RSU(depth: 5, in: 128, mid: 16, out: 64)),
      Stage("stage2d", RSU(depth: 6, in: 128, mid: 16, out: 64)),
      Stage("stage1d", RSU(depth: 7, in: 128, mid: 16, out: 64)),
    ])

  /// The stages of the same forms with the numbers of channels of a checkpoint with the official names.
  ///
  /// - Returns: nil if a block is missing.
  func measured(in source: some ParameterSource) -> StageTable? {
    func measured(_ stage: Stage) -> Stage? {
      guard let first = source.shape(of: "\(stage.name).rebnconvin.conv_s1.weight"), first.rank == 4,
        let inner = source.shape(of: "\(stage.name).rebnconv1.conv_s1.weight"), inner.rank == 4
      else { return nil }
      return Stage(
        stage.name,
        RSU(form: stage.block.form, in: first.dimensions[1], mid: inner.dimensions[0], out: first.dimensions[0]))
    }
    let encoder = self.encoder.compactMap(measured)
    let decoder = self.decoder.compactMap(measured)
    guard encoder.count == self.encoder.count, decoder.count == self.decoder.count else { return nil }
    return StageTable(encoder: encoder, decoder: decoder)
  }
}

extension GraphBuilder {
  /// Adds all stages; each is a block of the graph.
  ///
  /// - Returns: the outputs of the stages that have side outputs, from shallow to deep: De_1 … De_5, En_6.
  mutating func stages(_ table: StageTable, of input: Node.ID, batchNorm: Bool) throws -> [Node.ID] {
    var encoded: [Node.ID] = []
    var node = input
    for stage in table.encoder {
      begin(block: stage.name)
      if !encoded.isEmpty { node = try add(.maxPool(MaxPool()), to: [node], name: "\(stage.name).pool") }
      node = try residualUBlock(stage.block, of: node, prefix: "\(stage.name).", batchNorm: batchNorm)
      encoded.append(node)
    }
    var deepest = [node]
    for (stage, skip) in zip(table.decoder, encoded.dropLast().reversed()) {
      begin(block: stage.name)
      node = try upsample(node, like: skip, name: "\(stage.name).upsample")
      node = try add(.concat, to: [node, skip], name: "\(stage.name).concat")
      node = try residualUBlock(stage.block, of: node, prefix: "\(stage.name).", batchNorm: batchNorm)
      deepest.insert(node, at: 0)
    }
    return deepest
  }

  /// Adds a side output `side1`, `side2`, … for each stage: a 3×3 convolution, upsampled to the input's size.
  mutating func sideOutputs(of stages: [Node.ID], outChannels: Int) throws -> [Node.ID] {
    try stages.enumerated().map { index, stage in
      let name = "side\(index + 1)"
      let side = try add(
        .convolution(Convolution(weight: "\(name).weight", bias: "\(name).bias", outChannels: outChannels)),
        to: [stage], name: name)
      return try upsample(side, like: input, name: "\(name).upsample")
    }
  }

  /// The finished graph, whose outputs are made of these logits and named `d0` or `d1` and so on.
  consuming func finish(maps logits: [Node.ID], from first: Int, form: OutputActivation) throws -> Graph {
    let maps = try logits.enumerated().map { index, node in
      let name = "d\(index + first)"
      return switch form {
      case .probabilities: (name: name, node: try add(.sigmoid, to: [node], name: name))
      case .logits: (name: name, node: node)
      }
    }
    return finish(outputs: maps)
  }
}
