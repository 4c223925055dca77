public import Tensors

/// IS-Net: U²-Net's blocks after a convolution that halves the picture's size, and side outputs that are not fused (Qin
/// et al. 2022, "Highly Accurate Dichotomous Image Segmentation").
public struct ISNetTable: NetworkTable {
  /// The name: `isnet`, or the name of a custom network.
  public let name: String
  /// The output channels of the stem, a 3×3 convolution with stride 2 without batch norm or ReLU.
  public let stemChannels: Int
  /// The residual U-blocks after the stem.
  public let stages: StageTable
  /// The number of side outputs, from the finest on: six in the authors' network, fewer if the rest were removed.
  public let sides: Int
  /// The channels of every map: 1 for segmentation.
  public let outChannels: Int
  /// Whether the network has batch norms; false if they are folded into the convolutions.
  public var batchNorm: Bool
  /// Whether the maps are probabilities, as in the authors' network, or logits.
  public var form: OutputActivation

  /// A network of IS-Net's form.
  public init(
    name: String, stemChannels: Int, stages: StageTable, sides: Int = 6, outChannels: Int = 1, batchNorm: Bool = true,
    form: OutputActivation = .probabilities
  ) {
    precondition((1...stages.encoder.count).contains(sides), "a side output for each level, one at least")
    self.name = name
    self.stemChannels = stemChannels
    self.stages = stages
    self.sides = sides
    self.outChannels = outChannels
    self.batchNorm = batchNorm
    self.form = form
  }

  /// IS-Net, 44.0 M parameters.
  public static func full(outChannels: Int = 1) -> ISNetTable {
    ISNetTable(
      name: "isnet", stemChannels: 64, stages: .full.beginning(with: RSU(depth: 7, in: 64, mid: 32, out: 64)),
      outChannels: outChannels)
  }

  /// The graph, whose outputs are the maps d1 … d6 of the side outputs, each `[batch, outChannels, height, width]`. d1
  /// is the result.
  public func graph(for input: Shape) throws -> Graph {
    var builder = try GraphBuilder(input: input)
    builder.begin(block: "stem")
    let stem = Convolution(
      weight: "conv_in.weight", bias: "conv_in.bias", outChannels: stemChannels, stride: 2, padding: 1)
    let halved = try builder.add(.convolution(stem), to: [builder.input], name: "conv_in")
    let stages = try builder.stages(stages, of: halved, batchNorm: batchNorm)
    builder.begin(block: "fusion")
    let maps = try builder.sideOutputs(of: Array(stages.prefix(sides)), outChannels: outChannels)
    return try builder.finish(maps: maps, from: 1, form: form)
  }

  /// The network of a checkpoint with the official names, recognised by its stem, blocks and side outputs.
  public static func recognize(_ source: some ParameterSource) -> ISNetTable? {
    guard let stem = source.shape(of: "conv_in.weight"), stem.rank == 4,
      let side = source.shape(of: "side1.weight"), side.rank == 4, source.shape(of: "outconv.weight") == nil,
      let stages = StageTable.full.measured(in: source)
    else { return nil }
    let sides = (1...stages.encoder.count).prefix { source.shape(of: "side\($0).weight") != nil }.count
    let isKnown = stages == full().stages && stem.dimensions[0] == full().stemChannels
    return ISNetTable(
      name: isKnown ? "isnet" : "isnet (custom)", stemChannels: stem.dimensions[0], stages: stages, sides: sides,
      outChannels: side.dimensions[0], batchNorm: source.shape(of: "stage1.rebnconvin.bn_s1.weight") != nil)
  }
}
