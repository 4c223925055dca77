internal import Tensors

/// How a stored picture must be turned to be upright: EXIF tag 0x0112, 1 … 8 (EXIF 2.32, section 4.6.4).
package enum Orientation: Int, CaseIterable, Sendable {
  case upright = 1
  case mirrored
  case rotated180
  case flipped
  case transposed
  case rotated90Clockwise
  case transversed
  case rotated90Counterclockwise

  /// The orientation in an EXIF block; upright if there is none or it cannot be read.
  init(exif block: EXIFBlock?) {
    self = block?.orientation.flatMap(Orientation.init(rawValue:)) ?? .upright
  }

  /// Whether turning exchanges width and height.
  var swapsAxes: Bool { rawValue >= Orientation.transposed.rawValue }
}

extension Picture {
  /// The picture turned upright; `orientation` is how it was stored.
  package func upright(from orientation: Orientation) -> Picture {
    guard orientation != .upright else { return self }
    let turned = orientation.swapsAxes ? Size(height: size.width, width: size.height) : size
    let moved: Samples =
      switch samples {
      case .bits8(let values): .bits8(permute(values, to: turned, by: orientation))
      case .bits16(let values): .bits16(permute(values, to: turned, by: orientation))
      }
    var picture = replacing(size: turned, samples: moved)
    if orientation.swapsAxes { picture.density = density?.swapped }
    return picture
  }

  /// The samples moved: pixel (x, y) of the result is the stored pixel `origin + x · right + y · down`.
  private func permute<Sample>(_ stored: [Sample], to turned: Size, by orientation: Orientation) -> [Sample] {
    let (width, last) = (size.width, size.width * size.height - 1)
    let (origin, right, down) =
      switch orientation {
      case .upright: (0, 1, width)
      case .mirrored: (width - 1, -1, width)
      case .rotated180: (last, -1, -width)
      case .flipped: (last - width + 1, 1, -width)
      case .transposed: (0, width, 1)
      case .rotated90Clockwise: (last - width + 1, -width, 1)
      case .transversed: (last, -width, -1)
      case .rotated90Counterclockwise: (width - 1, width, -1)
      }
    let channels = self.channels
    return stored.withUnsafeBufferPointer { source in
      Array(unsafeUninitializedCapacity: stored.count) { target, initialized in
        var next = 0
        for y in 0..<turned.height {
          for x in 0..<turned.width {
            let from = (origin + x * right + y * down) * channels
            for channel in 0..<channels { target.initializeElement(at: next + channel, to: source[from + channel]) }
            next += channels
          }
        }
        initialized = stored.count
      }
    }
  }
}
