package import Matting
package import Pictures
package import Tensors

/// The layout of a batch's cut-outs, then of the maps that they were made from, and then of the mattes, in a buffer.
struct CutoutLayout {
  private let pictures: [Picture]
  /// Where each cut-out begins, in bytes: at a multiple of 16.
  let offsets: [Int]
  /// The maps and mattes, which begin at `tail`.
  private let mattes: MatteLayout
  private let mapsByte: Int
  private let mattesByte: Int
  private let includesMattes: Bool

  init(_ pictures: [Picture], mapSize: Size, includesMattes: Bool) {
    self.pictures = pictures
    self.includesMattes = includesMattes
    var count = 0
    offsets = pictures.map { picture in
      defer { count += Self.byteCount(of: picture).alignedForVectors }
      return count
    }
    mattes = MatteLayout(sizes: pictures.map(\.size), mapSize: mapSize)
    mapsByte = count
    mattesByte = (mapsByte + mattes.mapBytes).alignedForVectors
  }

  private static func byteCount(of picture: Picture) -> Int {
    let pixels = picture.size.height * picture.size.width
    return switch picture.samples {
    case .bits8: 4 * pixels
    case .bits16: 8 * pixels
    }
  }

  /// Where the maps begin, in bytes.
  var mapOffset: Int { mapsByte }
  /// The size of all maps in bytes.
  var mapBytes: Int { mattes.mapBytes }
  /// The index of a matte's first value in the buffer, in units of 16 bits.
  func matteElement(_ index: Int) -> Int { mattesByte / MemoryLayout<UInt16>.stride + mattes.offsets[index] }
  /// The size of the buffer in bytes.
  var byteCount: Int { mattesByte + mattes.mapOffset }
  /// The bytes that the host needs.
  var hostByteCount: Int { includesMattes ? byteCount : mapsByte + mapBytes }

  /// The cut-outs in the bytes that the host needs, in the pictures' order.
  func cutouts(in bytes: UnsafeRawBufferPointer) -> [RefinedCutout] {
    pictures.indices.map { index in
      let picture = pictures[index]
      let count = 4 * picture.size.height * picture.size.width
      let samples: Picture.Samples =
        switch picture.samples {
        case .bits8: .bits8(bytes.values(count, at: offsets[index]))
        case .bits16: .bits16(bytes.values(count, at: offsets[index]))
        }
      return RefinedCutout(
        map: mattes.map(index, in: bytes, from: mapsByte),
        cutout: picture.replacing(hasAlpha: true, samples: samples),
        matte: includesMattes ? mattes.matte(index, in: bytes, from: mattesByte) : nil)
    }
  }
}

/// A picture's cut-out that the device has made.
package struct RefinedCutout: Sendable {
  /// The network's first output, `[1, 1, height, width]`.
  package let map: Tensor
  /// The foreground, RGBA with straight alpha, with the size, depth and metadata of the picture.
  package let cutout: Picture
  /// The refined matte, of the picture's size; nil if it was not requested.
  package let matte: AlphaMatte?

  package init(map: Tensor, cutout: Picture, matte: AlphaMatte?) {
    (self.map, self.cutout, self.matte) = (map, cutout, matte)
  }
}
