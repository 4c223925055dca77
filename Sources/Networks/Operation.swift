public import Tensors

/// One step of a network. Shapes are NCHW; every case says what PyTorch calls it.
public enum Operation: Hashable, Sendable {
  /// What is fed in, of the shape the graph was built for.
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
  /// `interpolate(mode: "bilinear")` to an exact size, without antialiasing; half-pixel centres are
  /// `align_corners: false`.
  case upsample(to: Size, centers: PixelCenters = .halfPixel)
  /// `cat` along channels, in the order of the inputs.
  case concat
  /// The elementwise sum of two inputs of one shape.
  case add
}

/// A square 2-D convolution with zero padding.
public struct Convolution: Hashable, Sendable {
  /// The name of the weights, `[outChannels, inChannels, kernel, kernel]`.
  public var weight: String
  /// The name of the bias, `[outChannels]`.
  public var bias: String?
  /// How many maps come out.
  public var outChannels: Int
  /// The side of the kernel, in taps.
  public var kernel: Int
  /// The step of the window, in pixels.
  public var stride: Int
  /// Rows and columns of zeros on every side.
  public var padding: Int
  /// The distance between taps, in pixels.
  public var dilation: Int

  /// A convolution; without `padding` the size is kept (stride 1, odd kernel).
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

  /// The shape of `weight` for an input of so many channels.
  public func weightShape(inChannels: Int) -> Shape { [outChannels, inChannels, kernel, kernel] }
}

/// The names and the constant of a batch norm; every vector is `[channels]`.
public struct BatchNorm: Hashable, Sendable {
  /// γ, the scale.
  public var weight: String
  /// β, the shift.
  public var bias: String
  /// The mean over the training data.
  public var mean: String
  /// The (biased) variance over the training data.
  public var variance: String
  /// What is added to the variance.
  public var epsilon: Float

  /// A batch norm with PyTorch's default ε.
  public init(weight: String, bias: String, mean: String, variance: String, epsilon: Float = 1e-5) {
    self.weight = weight
    self.bias = bias
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }

  /// PyTorch's names for the batch norm called `prefix`.
  public init(prefix: String, epsilon: Float = 1e-5) {
    self.init(
      weight: "\(prefix).weight", bias: "\(prefix).bias", mean: "\(prefix).running_mean",
      variance: "\(prefix).running_var", epsilon: epsilon)
  }

  /// Every name, in the order weight, bias, mean, variance.
  public var names: [String] { [weight, bias, mean, variance] }
}

/// Where resampling looks for the pixel at `index` of `outCount`, counted in the input's pixels from the first one's
/// centre; positions outside the input become the nearest pixel's (ONNX: `coordinate_transformation_mode`).
public enum PixelCenters: String, Hashable, Sendable, CaseIterable {
  /// (index + ½) · inCount / outCount − ½: pixels are areas, as in PyTorch and in all of U²-Net.
  case halfPixel
  /// index · inCount / outCount: what ONNX's Upsample, and its Resize before operator set 11, came to mean.
  case asymmetric
  /// index · (inCount − 1) / (outCount − 1): the first and last pixels meet; 0 where one pixel comes out.
  case alignCorners

  /// The position of an index is `scale · (index + shift) − shift`, or 0 where that is negative.
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
  /// The step of the window, in pixels.
  public var stride: Int
  /// Whether a window that hangs over the far edge counts (PyTorch's `ceil_mode`).
  public var ceilMode: Bool

  /// A max pool; U²-Net's is 2×2, stride 2, ceil mode.
  public init(kernel: Int = 2, stride: Int = 2, ceilMode: Bool = true) {
    self.kernel = kernel
    self.stride = stride
    self.ceilMode = ceilMode
  }
}
