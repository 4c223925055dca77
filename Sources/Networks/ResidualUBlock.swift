import Tensors

/// A residual U-block of U²-Net (Qin et al. 2020, section 3.1): a small U-Net whose output is added to that of its
/// first convolution.
public struct RSU: Hashable, Sendable {
  /// How a block enlarges its receptive field.
  public enum Form: Hashable, Sendable {
    /// RSU-L: L − 2 max pools, and a dilation of 2 at the bottom.
    case pooled(depth: Int)
    /// RSU-4F: no max pool, and dilations of 1, 2, 4 and 8.
    case dilated
  }

  /// The form of the block.
  public let form: Form
  /// Input channels.
  public let inChannels: Int
  /// Channels of the inner convolutions.
  public let midChannels: Int
  /// Output channels.
  public let outChannels: Int

  /// A pooled block, such as RSU-7: `RSU(depth: 7, in: 3, mid: 32, out: 64)`.
  public init(depth: Int, in inChannels: Int, mid midChannels: Int, out outChannels: Int) {
    precondition(depth >= 3, "an RSU has at least three levels")
    self.init(form: .pooled(depth: depth), in: inChannels, mid: midChannels, out: outChannels)
  }

  /// The dilated block RSU-4F.
  public static func dilated(in inChannels: Int, mid midChannels: Int, out outChannels: Int) -> RSU {
    RSU(form: .dilated, in: inChannels, mid: midChannels, out: outChannels)
  }

  /// A block of either form.
  public init(form: Form, in inChannels: Int, mid midChannels: Int, out outChannels: Int) {
    self.form = form
    self.inChannels = inChannels
    self.midChannels = midChannels
    self.outChannels = outChannels
  }

  /// The paper's name, such as `RSU-7` or `RSU-4F`.
  public var name: String {
    switch form {
    case .pooled(let depth): "RSU-\(depth)"
    case .dilated: "RSU-4F"
    }
  }
}

extension GraphBuilder {
  /// Adds a convolution, a batch norm and a ReLU with the official names `name.conv_s1` and `name.bn_s1`.
  ///
  /// - Parameter batchNorm: false for weights into which the batch norm is folded.
  mutating func convolutionNormReLU(
    _ input: Node.ID, outChannels: Int, dilation: Int = 1, batchNorm: Bool, name: String
  ) throws -> Node.ID {
    let convolution = Convolution(
      weight: "\(name).conv_s1.weight", bias: "\(name).conv_s1.bias", outChannels: outChannels, dilation: dilation)
    var node = try add(.convolution(convolution), to: [input], name: "\(name).conv_s1")
    if batchNorm {
      node = try add(.batchNorm(BatchNorm(prefix: "\(name).bn_s1")), to: [node], name: "\(name).bn_s1")
    }
    return try add(.relu, to: [node], name: "\(name).relu_s1")
  }

  /// Adds a residual U-block.
  ///
  /// - Parameters:
  ///   - prefix: what the names begin with, such as `stage1.`; may be empty.
  ///   - batchNorm: false for weights into which the batch norms are folded.
  /// - Returns: the output, `[batch, outChannels, height, width]`, of the input's height and width.
  /// - Throws: `GraphError`.
  public mutating func residualUBlock(
    _ block: RSU, of input: Node.ID, prefix: String, batchNorm: Bool = true
  ) throws -> Node.ID {
    let residual = try convolutionNormReLU(
      input, outChannels: block.outChannels, batchNorm: batchNorm, name: "\(prefix)rebnconvin")
    let result =
      switch block.form {
      case .pooled(let depth):
        try pooledLevels(block, depth: depth, of: residual, prefix: prefix, batchNorm: batchNorm)
      case .dilated:
        try dilatedLevels(block, of: residual, prefix: prefix, batchNorm: batchNorm)
      }
    return try add(.add, to: [result, residual], name: "\(prefix)residual")
  }

  private mutating func pooledLevels(
    _ block: RSU, depth: Int, of residual: Node.ID, prefix: String, batchNorm: Bool
  ) throws -> Node.ID {
    // encoded[k − 1] is the output of level k, whose size is 1/2^(k−1) of the input's.
    var encoded: [Node.ID] = []
    var node = residual
    for level in 1..<depth {
      if level > 1 { node = try add(.maxPool(MaxPool()), to: [node], name: "\(prefix)pool\(level - 1)") }
      node = try convolutionNormReLU(
        node, outChannels: block.midChannels, batchNorm: batchNorm, name: "\(prefix)rebnconv\(level)")
      encoded.append(node)
    }
    node = try convolutionNormReLU(
      node, outChannels: block.midChannels, dilation: 2, batchNorm: batchNorm, name: "\(prefix)rebnconv\(depth)")
    for level in (1..<depth).reversed() {
      let skip = encoded[level - 1]
      node = try upsample(node, like: skip, name: "\(prefix)upsample\(level)")
      node = try add(.concat, to: [node, skip], name: "\(prefix)concat\(level)")
      node = try convolutionNormReLU(
        node, outChannels: level == 1 ? block.outChannels : block.midChannels, batchNorm: batchNorm,
        name: "\(prefix)rebnconv\(level)d")
    }
    return node
  }

  private mutating func dilatedLevels(
    _ block: RSU, of residual: Node.ID, prefix: String, batchNorm: Bool
  ) throws -> Node.ID {
    let dilations = [1, 2, 4, 8]
    var encoded: [Node.ID] = []
    var node = residual
    for (index, dilation) in dilations.enumerated() {
      node = try convolutionNormReLU(
        node, outChannels: block.midChannels, dilation: dilation, batchNorm: batchNorm,
        name: "\(prefix)rebnconv\(index + 1)")
      encoded.append(node)
    }
    for level in (1..<dilations.count).reversed() {
      node = try add(.concat, to: [node, encoded[level - 1]], name: "\(prefix)concat\(level)")
      node = try convolutionNormReLU(
        node, outChannels: level == 1 ? block.outChannels : block.midChannels, dilation: dilations[level - 1],
        batchNorm: batchNorm, name: "\(prefix)rebnconv\(level)d")
    }
    return node
  }

  /// Upsamples a node to the size of another, unless it has that size already.
  mutating func upsample(_ node: Node.ID, like target: Node.ID, name: String) throws -> Node.ID {
    let size = shape(of: target).size
    guard shape(of: node).size != size else { return node }
    return try add(.upsample(to: size), to: [node], name: name)
  }
}
