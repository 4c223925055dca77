import Pictures
import Matting
package import Tensors

extension PicturePipeline {
  /// Whether the device computes the same input from a small picture, and the same mask from a small map, as the host.
  /// Drivers of GPUs sometimes miscompile kernels.
  package func agreesWithHost() throws -> Bool {
    let picture = Self.picture
    let one = 3 * preprocessing.size.height * preprocessing.size.width
    let found = try input(from: [picture]).values.prefix(one)
    let expected = preprocessing.input(from: picture).values
    guard zip(found, expected).allSatisfy({ abs($0 - $1) <= 1e-3 }) else { return false }
    let (map, masks) = try masks(ofRampFor: picture)
    let mask = Mask(
      saliency: map.values, of: map.shape.size, resizedTo: picture.size,
      resampling: preprocessing.mapResampling, normalization: preprocessing.mapNormalization,
      areProbabilities: areProbabilities)
    return masks[0].range == MapRange(of: map.values, areProbabilities: areProbabilities)
      && zip(masks[0].mask.pixels, mask.pixels).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
  }

  /// Whether the device refines edges like the host, for a picture that is larger than the map in one direction and one
  /// that is smaller in both.
  package func refinesAsHost() throws -> Bool {
    let larger = Size(height: mapSize.height + mapSize.height / 3 + 1, width: max(2, mapSize.width - 1))
    let smaller = Size(height: max(2, mapSize.height / 5), width: max(2, mapSize.width / 7))
    let map = Self.disc(on: mapSize)
    let values = preprocessing.mapNormalization.applied(to: map.values, areProbabilities: areProbabilities)
    let mask = CoarseMask(size: mapSize, values: values)
    return try [(larger, false), (smaller, true)].allSatisfy { size, isDeep in
      let picture = Self.picture(of: size, isDeep: isDeep)
      let found = try mattes(of: [map], for: [picture])[0]
      let expected = guided.matte(of: mask, for: picture.flattened(over: preprocessing.background))
      // A difference of two of 255 levels.
      return zip(found.values, expected.values).allSatisfy { abs(Int32($0) - Int32($1)) <= 2 * 257 }
    }
  }

  /// Whether the device cuts out like the host, with the device's mattes: a picture that is halved three times before a
  /// level is computed completely, the least for which every kernel runs, and a small one.
  ///
  /// - Parameter sizes: the sizes of both.
  package func cutsOutAsHost(
    _ sizes: [Size] = [Size(height: 513, width: 509), Size(height: 31, width: 45)]
  ) throws -> Bool {
    let map = Self.disc(on: mapSize)
    return try sizes.enumerated().allSatisfy { index, size in
      let picture = Self.picture(of: size, isDeep: index % 2 == 1)
      let found = try cutouts(of: [map], for: [picture])[0]
      guard let matte = found.matte else { return false }
      return found.cutout.isWithinOneLevel(of: ForegroundEstimation().cutout(of: picture, matte: matte))
    }
  }

  /// A disc with a soft edge.
  private static func disc(on size: Size) -> Tensor {
    Tensor(shape: Shape(channels: 1, height: size.height, width: size.width)) { values in
      for i in values.indices {
        values[i] = min(1, max(-1, 4 - 10 * eccentricity(i % size.width, i / size.width, of: size)))
      }
    }
  }

  /// The disc on another colour, with noise: 8-bit RGB, or 16-bit RGBA with some transparency.
  private static func picture(of size: Size, isDeep: Bool) -> Picture {
    let channels = isDeep ? 4 : 3
    let samples = (0..<size.height * size.width * channels).map { i -> UInt16 in
      let (pixel, channel) = (i / channels, i % channels)
      let isInside = eccentricity(pixel % size.width, pixel / size.width, of: size) < 0.4
      let level = channel == 3 ? 63000 : isInside ? 52000 - 9000 * channel : 9000 + 11000 * channel
      return UInt16(level + (i &* 2_654_435_761 >> 7) % 2000)
    }
    return Picture(
      size: size, hasAlpha: isDeep, samples: isDeep ? .bits16(samples) : .bits8(samples.map { UInt8($0 >> 8) }))
  }

  /// The squared distance of a pixel from the centre: 0 there, 1 in the corners.
  private static func eccentricity(_ x: Int, _ y: Int, of size: Size) -> Float {
    let (u, v) = (Float(2 * x + 1) / Float(size.width) - 1, Float(2 * y + 1) / Float(size.height) - 1)
    return (u * u + v * v) / 2
  }

  /// Stripes of three colours, narrower and wider than the input's pixels.
  private static var picture: Picture {
    let size = Size(height: 37, width: 51)
    let samples = (0..<size.height * size.width * 3).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
    return Picture(size: size, hasAlpha: false, samples: .bits8(samples))
  }
}

extension Picture {
  /// Whether all samples are within one of 255 levels of those of another picture of the same form.
  fileprivate func isWithinOneLevel(of other: Picture) -> Bool {
    guard size == other.size, hasAlpha == other.hasAlpha else { return false }
    return switch (samples, other.samples) {
    case (.bits8(let a), .bits8(let b)): zip(a, b).allSatisfy { abs(Int32($0) - Int32($1)) <= 1 }
    case (.bits16(let a), .bits16(let b)): zip(a, b).allSatisfy { abs(Int32($0) - Int32($1)) <= 257 }
    default: false
    }
  }
}
