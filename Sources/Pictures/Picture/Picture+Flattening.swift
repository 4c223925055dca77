internal import CPixels

extension Picture {
  /// The picture laid over one colour, without alpha: `c · a + background · (1 − a)`, rounded. A picture without alpha
  /// is returned unchanged.
  public func flattened(over background: Color = .white) -> Picture {
    guard hasAlpha else { return self }
    let color = [background.red, background.green, background.blue]
    let flat: Samples =
      switch samples {
      case .bits8(let values): .bits8(Self.flattened(values) { u2cl_flatten_8($0, $1, color, $2) })
      case .bits16(let values):
        .bits16(Self.flattened(values) { u2cl_flatten_16($0, $1, color.map { UInt16($0) * 257 }, $2) })
      }
    return replacing(hasAlpha: false, samples: flat)
  }

  private static func flattened<Sample>(
    _ rgba: [Sample],
    _ flatten: (_ rgba: UnsafePointer<Sample>?, _ pixels: Int, _ rgb: UnsafeMutablePointer<Sample>?) -> Void
  ) -> [Sample] {
    let pixels = rgba.count / 4
    return Array(unsafeUninitializedCapacity: pixels * 3) { rgb, initialized in
      rgba.withUnsafeBufferPointer { flatten($0.baseAddress, pixels, rgb.baseAddress) }
      initialized = pixels * 3
    }
  }

  /// The samples in 8 bits; 16-bit samples are divided by 257 and rounded.
  package var samples8: [UInt8] {
    switch samples {
    case .bits8(let values): values
    case .bits16(let values): values.map { UInt8(truncatingIfNeeded: (UInt32($0) &+ 128) / 257) }
    }
  }
}
