import Images
import Tensors

extension PicturePipeline {
  /// Whether the device makes of a small picture and of a small map what the host makes of them: drivers of GPUs
  /// miscompile now and then.
  package func agreesWithHost() throws -> Bool {
    let picture = Self.picture
    let one = 3 * preprocessing.size.height * preprocessing.size.width
    let found = try input(from: [picture]).values.prefix(one)
    let expected = preprocessing.input(from: picture).values
    guard zip(found, expected).allSatisfy({ abs($0 - $1) <= 1e-3 }) else { return false }
    let (map, masks) = try masks(ofRampFor: picture)
    let mask = Mask(
      saliency: map.values, of: map.shape.size, resizedTo: picture.size, resampling: preprocessing.mapResampling)
    return zip(masks[0].pixels, mask.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
  }

  /// Stripes of three colours, narrower and wider than the input's pixels.
  private static var picture: Picture {
    let size = Size(height: 37, width: 51)
    let samples = (0..<size.height * size.width * 3).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
    return Picture(size: size, hasAlpha: false, samples: .bits8(samples))
  }
}
