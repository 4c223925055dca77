public import Tensors

/// Makes a network's input from a picture: resized, whatever its aspect ratio, then normalized.
public struct Preprocessing: Sendable, Hashable {
  /// The size of the input.
  public var size: Size
  /// How the picture is resized to the input.
  public var resampling: Resampling
  /// How the network's maps are resized to the picture.
  public var mapResampling: Resampling
  /// How the values of the network's maps become the levels of masks.
  public var mapNormalization: MapNormalization
  /// How the resized samples are normalized.
  public var normalization: Normalization
  /// The colour that transparent pictures are laid over.
  public var background: Color

  /// Preprocessing; by default that of U²-Net's authors.
  ///
  /// - Parameters:
  ///   - size: the size of the input; neither extent is zero.
  ///   - resampling: how pictures are resized to the input.
  ///   - mapResampling: how maps are resized to the picture; by default as `resampling` says.
  ///   - mapNormalization: how the values of maps become the levels of masks.
  ///   - normalization: how the resized samples are normalized.
  ///   - background: the colour that transparent pictures are laid over.
  public init(
    size: Size = Size(height: 320, width: 320), resampling: Resampling = .bilinear, mapResampling: Resampling? = nil,
    mapNormalization: MapNormalization = .minMax, normalization: Normalization = .imageNet, background: Color = .white
  ) {
    precondition(size.height > 0 && size.width > 0, "an input of \(size) holds nothing")
    self.size = size
    self.resampling = resampling
    self.mapResampling = mapResampling ?? resampling
    self.mapNormalization = mapNormalization
    self.normalization = normalization
    self.background = background
  }

  /// The input of one picture: `[1, 3, height, width]`, RGB.
  public func input(from picture: Picture) -> Tensor { input(from: [picture]) }

  /// The input of a batch of pictures of any sizes: `[pictures.count, 3, height, width]`, RGB.
  public func input(from pictures: [Picture]) -> Tensor {
    let shape = Shape(batch: pictures.count, channels: 3, height: size.height, width: size.width)
    return Tensor(shape: shape) { fill($0, from: pictures) }
  }

  /// Writes the inputs of a batch of pictures of any sizes, `[batch, 3, height, width]`, and zeros behind the last.
  public func fill(_ values: UnsafeMutableBufferPointer<Float>, from pictures: [Picture]) {
    let one = 3 * size.height * size.width
    for (index, picture) in pictures.enumerated() {
      fill(UnsafeMutableBufferPointer(rebasing: values[index * one..<(index + 1) * one]), from: picture)
    }
    values[(pictures.count * one)...].update(repeating: 0)
  }

  /// Writes the input of one picture, `[3, height, width]`.
  public func fill(_ planes: UnsafeMutableBufferPointer<Float>, from picture: Picture) {
    precondition(planes.count == 3 * size.height * size.width, "\(planes.count) values do not hold 3 planes of \(size)")
    let opaque = picture.flattened(over: background)
    switch resampling {
    case .bilinear: sample(opaque, beyond: .repeated, into: planes)
    case .bilinearConstant: sample(opaque, beyond: .zero, into: planes)
    case .antialiased: filter(opaque, by: .triangle, into: planes)
    case .lanczos: filter(opaque, by: .lanczos3, into: planes)
    }
    normalization.apply(to: planes)
  }

  private func sample(
    _ picture: Picture, beyond border: BilinearSampler.Border, into planes: UnsafeMutableBufferPointer<Float>
  ) {
    let sampler = BilinearSampler(from: picture.size, to: size, border: border)
    switch picture.samples {
    case .bits8(let values): sampler.sample(values, channels: 3, scale: 1 / 255, into: planes)
    case .bits16(let values): sampler.sample(values, channels: 3, scale: 1 / 65535, into: planes)
    }
  }

  private func filter(_ picture: Picture, by filter: ResizeFilter, into planes: UnsafeMutableBufferPointer<Float>) {
    let resized = FilterResizer(from: picture.size, to: size, filter: filter).resize(picture.samples8, channels: 3)
    let plane = size.height * size.width
    for pixel in 0..<plane {
      for channel in 0..<3 { planes[channel * plane + pixel] = Float(resized[3 * pixel + channel]) / 255 }
    }
  }
}
