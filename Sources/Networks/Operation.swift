public import Tensors

/// An operation of a network, named as in PyTorch. Shapes are NCHW.
public enum Operation: Hashable, Sendable {
  /// The network's input, of the shape that the graph is built for.
  case input(Shape)
  /// `conv2d` with square kernels and zero padding.
  case convolution(Convolution)
  /// `batch_norm` in evaluation mode: (x − mean) / sqrt(variance + ε) · weight + bias, per channel.
  case batchNorm(BatchNorm)
  /// max(x, 0).
  case relu
  /// 1 / (1 + exp(−x)).
  case sigmoid
  /// `max_pool2d` without padding.
  case maxPool(MaxPool)
  /// `interpolate(mode: "bilinear")` to a given size, without antialiasing. `PixelCenters.halfPixel` is
  /// `align_corners: false`.
  case upsample(to: Size, centers: PixelCenters = .halfPixel)
  /// `cat` along the channels, in the order of the inputs.
  case concat
  /// The elementwise sum of two inputs of the same shape.
  case add
}

extension Operation {
  /// An operation without its parameters.
  public enum Kind: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case input, convolution, batchNorm = "batch norm", relu, sigmoid, maxPool = "max pool", upsample, concat, add

    /// The kind in words, such as `max pool`.
    public var description: String { rawValue }
  }

  /// The operation without its parameters.
  public var kind: Kind {
    switch self {
    case .input: .input
    case .convolution: .convolution
    case .batchNorm: .batchNorm
    case .relu: .relu
    case .sigmoid: .sigmoid
    case .maxPool: .maxPool
    case .upsample: .upsample
    case .concat: .concat
    case .add: .add
    }
  }
}

/// A square 2-D convolution with zero padding.
public struct Convolution: Hashable, Sendable {
  /// The name of the weights, of shape `[outChannels, inChannels, kernel, kernel]`.
  public var weight: String
  /// The name of the bias, of shape `[outChannels]`; nil if there is none.
  public var bias: String?
  /// The number of output channels.
  public var outChannels: Int
  /// The side of the kernel, in taps.
  public var kernel: Int
  /// The stride, in pixels.
  public var stride: Int
  /// The padding with zeros on every side, in pixels.
  public var padding: Int
  /// The distance between taps, in pixels.
  public var dilation: Int

  /// A convolution. By default the padding preserves the size, if the stride is 1 and the kernel odd.
  public init(
    weight: String, bias: String?, outChannels: Int, kernel: Int = 3, stride: Int = 1, padding: Int? = nil,
    dilation: Int = 1
  ) {
    self.weight = weight
    self.bias = bias
    self.outChannels = outChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding ?? dilation * (kernel / 2)
    self.dilation = dilation
  }

  /// The shape of the weights for an input of `inChannels` channels.
  public func weightShape(inChannels: Int) -> Shape { [outChannels, inChannels, kernel, kernel] }
}

/// A batch norm's tensors, all of shape `[channels]`, and its constant.
public struct BatchNorm: Hashable, Sendable {
  /// The name of γ, the scale.
  public var weight: String
  /// The name of β, the shift.
  public var bias: String
  /// The name of the mean over the training data.
  public var mean: String
  /// The name of the biased variance over the training data.
  public var variance: String
  /// ε, which is added to the variance.
  public var epsilon: Float

  /// A batch norm with PyTorch's default ε.
  public init(weight: String, bias: String, mean: String, variance: String, epsilon: Float = 1e-5) {
    self.weight = weight
    self.bias = bias
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }

  /// The batch norm that PyTorch calls `prefix`.
  public init(prefix: String, epsilon: Float = 1e-5) {
    self.init(
      weight: "\(prefix).weight", bias: "\(prefix).bias", mean: "\(prefix).running_mean",
      variance: "\(prefix).running_var", epsilon: epsilon)
  }

  /// All names, in the order weight, bias, mean, variance.
  public var names: [String] { [weight, bias, mean, variance] }
}

/// How resampling maps the output pixel `index` to a position in the input, in pixels from the centre of the first one
/// (ONNX: `coordinate_transformation_mode`). Positions outside the input are clamped to it.
public enum PixelCenters: String, Hashable, Sendable, CaseIterable {
  /// (index + ½) · inCount / outCount − ½: pixels are areas, as in PyTorch by default and in all of U²-Net.
  case halfPixel
  /// index · inCount / outCount, as in ONNX's Upsample and in its Resize before operator set 11.
  case asymmetric
  /// index · (inCount − 1) / (outCount − 1): the first and last pixels coincide. 0 if the output has one pixel.
  case alignCorners

  /// The coefficients of the position, which is `scale · (index + shift) − shift`, or 0 if that is negative.
  public func mapping(from inCount: Int, to outCount: Int) -> (scale: Float, shift: Float) {
    switch self {
    case .halfPixel: (Float(inCount) / Float(outCount), 0.5)
    case .asymmetric: (Float(inCount) / Float(outCount), 0)
    case .alignCorners: (outCount > 1 ? Float(inCount - 1) / Float(outCount - 1) : 0, 0)
    }
  }
}

/// A square max pool without padding.
public struct MaxPool: Hashable, Sendable {
  /// The side of the window, in pixels.
  public var kernel: Int
  /// The stride, in pixels.
  public var stride: Int
  /// Whether windows that extend beyond the far edge count (PyTorch's `ceil_mode`).
  public var ceilMode: Bool

  /// A max pool; by default U²-Net's: 2×2, stride 2, ceil mode.
  public init(kernel: Int = 2, stride: Int = 2, ceilMode: Bool = true) {
    self.kernel = kernel
    self.stride = stride
    self.ceilMode = ceilMode
  }
}
