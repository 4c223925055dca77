import Pictures
import Tensors

/// Where a picture's samples lie in a buffer, and what they are: the kernels' `ulong at` and `int4 shape`.
struct PicturePlace {
  let offset: Int
  let size: Size
  let channels: Int
  let sampleBytes: Int

  var byteCount: Int { size.height * size.width * channels * sampleBytes }
  var extents: SIMD4<Int32> {
    SIMD4(Int32(size.height), Int32(size.width), Int32(channels), Int32(sampleBytes))
  }

  /// The places of pictures one behind the other, each at a multiple of 16 bytes.
  static func places(of pictures: [Picture]) -> [PicturePlace] {
    var offset = 0
    return pictures.map { picture in
      let bytes =
        switch picture.samples {
        case .bits8: 1
        case .bits16: 2
        }
      let place = PicturePlace(offset: offset, size: picture.size, channels: picture.channels, sampleBytes: bytes)
      offset += (place.byteCount + 15) / 16 * 16
      return place
    }
  }
}

extension Picture {
  /// Copies the samples to where the device takes them from.
  func copySamples(to target: UnsafeMutableRawBufferPointer) {
    switch samples {
    case .bits8(let values): values.withUnsafeBytes { target.copyMemory(from: $0) }
    case .bits16(let values): values.withUnsafeBytes { target.copyMemory(from: $0) }
    }
  }
}
