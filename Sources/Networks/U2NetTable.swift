public import Tensors

/// U²-Net: eleven residual U-blocks, six side outputs and their fusion (Qin et al. 2020, section 3.2 and figure 5).
public struct U2NetTable: NetworkTable {
  /// The name: `u2net`, `u2netp`, or the name of a custom network.
  public let name: String
  /// The residual U-blocks.
  public let stages: StageTable
  /// The channels of every map: 1 for saliency.
  public let outChannels: Int
  /// Whether the network has batch norms; false if they are folded into the convolutions.
  public var batchNorm: Bool
  /// Whether the maps are probabilities, as in the authors' networks, or logits.
  public var form: OutputActivation

  /// A network of U²-Net's form.
  public init(
    name: String, stages: StageTable, outChannels: Int = 1, batchNorm: Bool = true,
    form: OutputActivation = .probabilities
  ) {
    self.name = name
    self.stages = stages
    self.outChannels = outChannels
    self.batchNorm = batchNorm
    self.form = form
  }

  /// U²-Net, 44.0 M parameters (`u2net`); also the form of the networks for people and portraits and, with four
  /// channels, of the one for clothes.
  public static func full(outChannels: Int = 1) -> U2NetTable {
    U2NetTable(name: "u2net", stages: .full, outChannels: outChannels)
  }

  /// U²-Net†, 1.13 M parameters (`u2netp`).
  public static func small(outChannels: Int = 1) -> U2NetTable {
    U2NetTable(name: "u2netp", stages: .small, outChannels: outChannels)
  }

  /// The graph, whose outputs are the fused map d0 and the maps d1 … d6 of the side outputs, each
  /// `[batch, outChannels, height, width]`.
  public func graph(for input: Shape) throws -> Graph {
    var builder = try GraphBuilder(input: input)
    let stages = try builder.stages(stages, of: builder.input, batchNorm: batchNorm)
    builder.begin(block: "fusion")
    let sides = try builder.sideOutputs(of: stages, outChannels: outChannels)
    let all = try builder.add(.concat, to: sides, name: "fusion.concat")
    let fused = try builder.add(
      .convolution(
        Convolution(weight: "outconv.weight", bias: "outconv.bias", outChannels: outChannels, kernel: 1)),
      to: [all], name: "outconv")
    return try builder.finish(maps: [fused] + sides, from: 0, form: form)
  }

  /// The network of a checkpoint with the official names, recognised by its blocks, side outputs and fusion.
  public static func recognize(_ source: some ParameterSource) -> U2NetTable? {
    guard let side = source.shape(of: "side1.weight"), side.rank == 4, source.shape(of: "outconv.weight") != nil,
      let stages = StageTable.full.measured(in: source)
    else { return nil }
    let known = [full(), small()].first { $0.stages == stages }
    return U2NetTable(
      name: known?.name ?? "u2net (custom)", stages: stages, outChannels: side.dimensions[0],
      batchNorm: source.shape(of: "stage1.rebnconvin.bn_s1.weight") != nil)
  }
}
