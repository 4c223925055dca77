public import Tensors

/// U²-Net as a table: eleven residual U-blocks, six side outputs and their fusion (paper, section 3.2 and figure 5).
public struct U2NetTable: Hashable, Sendable, Network {
  /// `u2net`, `u2netp`, or what it was called by whoever made it.
  public let name: String
  /// En_1 … En_6, each but the first after a max pool.
  public let encoder: [Stage]
  /// De_5 … De_1, each over the concat of the deeper stage, upsampled, and the encoder's.
  public let decoder: [Stage]
  /// Channels of every map: 1 for saliency.
  public let outChannels: Int
  /// Whether batch norms are part of the weights; false where they are folded into the convolutions already.
  public let batchNorm: Bool

  /// A labelled block.
  public struct Stage: Hashable, Sendable {
    /// The official name, `stage1` … `stage6`, `stage5d` … `stage1d`.
    public let name: String
    /// The block.
    public let block: RSU

    /// A row of the table.
    public init(_ name: String, _ block: RSU) {
      self.name = name
      self.block = block
    }
  }

  /// A table of the U²-Net form.
  public init(name: String, encoder: [Stage], decoder: [Stage], outChannels: Int = 1, batchNorm: Bool = true) {
    precondition(decoder.count == encoder.count - 1, "every encoder stage but the deepest has a decoder stage")
    self.name = name
    self.encoder = encoder
    self.decoder = decoder
    self.outChannels = outChannels
    self.batchNorm = batchNorm
  }
}

extension U2NetTable {
  /// U²-Net, 44.0 M parameters (`u2net`).
  public static func full(outChannels: Int = 1) -> U2NetTable {
    U2NetTable(
      name: "u2net",
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
      ],
      outChannels: outChannels)
  }

  /// U²-Net†, 1.13 M parameters (`u2netp`).
  public static func small(outChannels: Int = 1) -> U2NetTable {
    U2NetTable(
      name: "u2netp",
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
      ],
      outChannels: outChannels)
  }

  /// The maps: d0, the fused one, and d1 … d6 of the side outputs, each `[batch, outChannels, height, width]`.
  public func graph(for input: Shape) throws -> Graph {
    var builder = try GraphBuilder(input: input)
    var encoded: [Node.ID] = []
    var node = builder.input
    for stage in encoder {
      builder.begin(block: stage.name)
      if !encoded.isEmpty { node = try builder.add(.maxPool(MaxPool()), to: [node], name: "\(stage.name).pool") }
      node = try builder.residualUBlock(stage.block, of: node, prefix: "\(stage.name).", batchNorm: batchNorm)
      encoded.append(node)
    }
    // The stages that feed side outputs, shallow to deep: De_1 … De_5, En_6.
    var deepest = [node]
    for (stage, skip) in zip(decoder, encoded.dropLast().reversed()) {
      builder.begin(block: stage.name)
      node = try builder.upsample(node, like: skip, name: "\(stage.name).upsample")
      node = try builder.add(.concat, to: [node, skip], name: "\(stage.name).concat")
      node = try builder.residualUBlock(stage.block, of: node, prefix: "\(stage.name).", batchNorm: batchNorm)
      deepest.insert(node, at: 0)
    }
    return try fusing(deepest, in: &builder)
  }

  private func fusing(_ stages: [Node.ID], in builder: inout GraphBuilder) throws -> Graph {
    builder.begin(block: "fusion")
    let sides = try stages.enumerated().map { index, stage in
      let name = "side\(index + 1)"
      let side = try builder.add(
        .convolution(Convolution(weight: "\(name).weight", bias: "\(name).bias", outChannels: outChannels)),
        to: [stage], name: name)
      return try builder.upsample(side, like: builder.input, name: "\(name).upsample")
    }
    let all = try builder.add(.concat, to: sides, name: "fusion.concat")
    let fused = try builder.add(
      .convolution(
        Convolution(weight: "outconv.weight", bias: "outconv.bias", outChannels: outChannels, kernel: 1)),
      to: [all], name: "outconv")
    let maps = try ([fused] + sides).enumerated().map { index, logits in
      (name: "d\(index)", node: try builder.add(.sigmoid, to: [logits], name: "d\(index)"))
    }
    return builder.finish(outputs: maps)
  }
}
