extension Picture {
  /// The picture laid over one colour, without alpha: `c · a + background · (1 − a)`, rounded. A picture without alpha
  /// is returned unchanged.
  public func flattened(over background: Color = .white) -> Picture {
    guard hasAlpha else { return self }
    let color = [background.red, background.green, background.blue]
    let flat: Samples =
      switch samples {
      case .bits8(let values): .bits8(Self.composite(values, over: color))
      case .bits16(let values): .bits16(Self.composite(values, over: color.map { UInt16($0) * 257 }))
      }
    return replacing(hasAlpha: false, samples: flat)
  }

  private static func composite<Sample: FixedWidthInteger & UnsignedInteger>(
    _ rgba: [Sample], over background: [Sample]
  ) -> [Sample] {
    let pixels = rgba.count / 4
    let full = UInt64(Sample.max)
    return Array(unsafeUninitializedCapacity: pixels * 3) { rgb, initialized in
      for pixel in 0..<pixels {
        let alpha = UInt64(rgba[4 * pixel + 3])
        for channel in 0..<3 {
          let sum = UInt64(rgba[4 * pixel + channel]) &* alpha &+ UInt64(background[channel]) &* (full &- alpha)
          rgb.initializeElement(at: 3 * pixel + channel, to: Sample(truncatingIfNeeded: (sum &+ full / 2) / full))
        }
      }
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
