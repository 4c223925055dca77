extension Picture {
  /// The luma of every pixel, whatever its alpha (ITU-R BT.601, as Pillow's `convert('L')`): `[height, width]`.
  package var luma: [UInt8] {
    let samples = samples8
    let channels = channels
    return [UInt8](unsafeUninitializedCapacity: samples.count / channels) { grey, initialized in
      samples.withUnsafeBufferPointer { samples in
        for pixel in 0..<samples.count / channels {
          let first = channels &* pixel
          let (red, green, blue) = (samples[first], samples[first &+ 1], samples[first &+ 2])
          // The weighted sum of grey is the grey itself.
          let isGrey = red == green && green == blue
          let sum = UInt32(red) &* 19595 &+ UInt32(green) &* 38470 &+ UInt32(blue) &* 7471 &+ 0x8000
          grey.initializeElement(at: pixel, to: isGrey ? red : UInt8(truncatingIfNeeded: sum &>> 16))
        }
      }
      initialized = samples.count / channels
    }
  }
}
