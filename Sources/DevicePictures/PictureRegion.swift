import Pictures
import Tensors

/// A picture's samples in a buffer: the kernels' `ulong at` and `int4 shape`.
struct PictureRegion {
  /// The offset of the first sample in bytes.
  let offset: Int
  let size: Size
  /// Channels of a pixel, 1 to 4.
  let channels: Int
  /// The size of a sample in bytes, 1 or 2.
  let sampleBytes: Int

  var byteCount: Int { size.height * size.width * channels * sampleBytes }
  /// Height, width, channels and bytes of a sample.
  var extents: SIMD4<Int32> {
    SIMD4(Int32(size.height), Int32(size.width), Int32(channels), Int32(sampleBytes))
  }

  /// The regions of pictures that lie one after the other, each at a multiple of 16 bytes.
  static func regions(of pictures: [Picture]) -> [PictureRegion] {
    var offset = 0
    return pictures.map { picture in
      let bytes =
        switch picture.samples {
        case .bits8: 1
        case .bits16: 2
        }
      let region = PictureRegion(offset: offset, size: picture.size, channels: picture.channels, sampleBytes: bytes)
      offset += region.byteCount.alignedForVectors
      return region
    }
  }
}

extension Picture {
  /// Copies the samples to memory that the device reads.
  func copySamples(to target: UnsafeMutableRawBufferPointer) {
    switch samples {
    case .bits8(let values): values.withUnsafeBytes { target.copyMemory(from: $0) }
    case .bits16(let values): values.withUnsafeBytes { target.copyMemory(from: $0) }
    }
  }
}

extension Int {
  /// The next multiple of 16, at which parts of buffers begin in bytes.
  var alignedForVectors: Int { (self + 15) / 16 * 16 }
}

extension UnsafeRawBufferPointer {
  /// `count` values from a byte on.
  func values<Value: BitwiseCopyable>(_ count: Int, at offset: Int) -> [Value] {
    let source = UnsafeRawBufferPointer(rebasing: self[offset..<offset + count * MemoryLayout<Value>.stride])
    return [Value](unsafeUninitializedCapacity: count) { values, initialized in
      UnsafeMutableRawBufferPointer(values).copyMemory(from: source)
      initialized = count
    }
  }
}
