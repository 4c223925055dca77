import CLibraryHeader
import CPixels
import LibC
import Tensors

/// The layout of a caller's pixels.
enum PixelFormat: Int32 {
  case gray8 = 1
  case rgb8
  case rgba8
  case bgr8
  case bgra8
  case gray16
  case rgb16
  case rgba16

  var layout: u2cl_pixel_layout {
    switch self {
    case .gray8: u2cl_pixel_layout(channels: 1, bytes: 1, is_bgr: 0)
    case .rgb8: u2cl_pixel_layout(channels: 3, bytes: 1, is_bgr: 0)
    case .rgba8: u2cl_pixel_layout(channels: 4, bytes: 1, is_bgr: 0)
    case .bgr8: u2cl_pixel_layout(channels: 3, bytes: 1, is_bgr: 1)
    case .bgra8: u2cl_pixel_layout(channels: 4, bytes: 1, is_bgr: 1)
    case .gray16: u2cl_pixel_layout(channels: 1, bytes: 2, is_bgr: 0)
    case .rgb16: u2cl_pixel_layout(channels: 3, bytes: 2, is_bgr: 0)
    case .rgba16: u2cl_pixel_layout(channels: 4, bytes: 2, is_bgr: 0)
    }
  }

  /// The bytes of a pixel.
  var pixelBytes: Int { Int(layout.channels * layout.bytes) }

  /// The format in which a picture, mask or matte of such pixels is kept.
  var kept: PixelFormat {
    switch self {
    case .bgr8: .rgb8
    case .bgra8: .rgba8
    default: self
    }
  }

  /// Converts pixels.
  func convert(
    _ source: UnsafeRawPointer, to target: PixelFormat, _ memory: UnsafeMutableRawPointer, pixels: Int
  ) {
    _ = u2cl_convert_pixels(source, layout, memory, target.layout, pixels)
  }
}

/// The rows of a caller's pixels, checked.
struct PixelRows {
  let data: UnsafeMutableRawPointer
  let size: Size
  let stride: Int
  let format: PixelFormat

  /// The most pixels, and so the longest side.
  static let pixelLimit = 200_000_000

  /// - Throws: `CallError` if the memory cannot be that of such pixels.
  init(_ pixels: u2cl_pixels) throws {
    guard let format = PixelFormat(rawValue: pixels.format) else {
      throw CallError.usage("\(pixels.format) is no format of pixels; they go from 1 to 8")
    }
    guard let data = pixels.data else { throw CallError.usage("the pixels' data is NULL") }
    let (width, height) = (pixels.width, pixels.height)
    // Sizes beyond Int.max are negative here.
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard width > 0, height > 0, !overflow, count <= Self.pixelLimit else {
      throw CallError.usage(
        "a picture of \(UInt(bitPattern: width))×\(UInt(bitPattern: height)) pixels; from 1 to 200 million can be used")
    }
    let rowBytes = width * format.pixelBytes
    let stride = pixels.stride == 0 ? rowBytes : pixels.stride
    guard stride > 0 else { throw CallError.usage("the stride is \(stride); a negative one is not supported") }
    guard stride >= rowBytes else {
      throw CallError.usage("the stride is \(stride) bytes, less than the \(rowBytes) of a row")
    }
    let (before, isTooLong) = stride.multipliedReportingOverflow(by: height - 1)
    let (bytes, isTooLongInAll) = before.addingReportingOverflow(rowBytes)
    guard !isTooLong, !isTooLongInAll else { throw CallError.usage("a stride of \(stride) bytes overflows") }
    guard pixels.byte_count == 0 || UInt(bitPattern: bytes) <= UInt(bitPattern: pixels.byte_count) else {
      throw CallError.usage("the pixels take \(bytes) bytes, and there are \(UInt(bitPattern: pixels.byte_count))")
    }
    if format.layout.bytes == 2, UInt(bitPattern: data) % 2 != 0 || stride % 2 != 0 {
      throw CallError.usage("pixels of 16 bits begin at an even address and have an even stride")
    }
    self.data = data
    self.size = Size(height: height, width: width)
    self.stride = stride
    self.format = format
  }

  /// The first pixel of a row.
  func row(_ y: Int) -> UnsafeMutableRawPointer { data + y * stride }

  /// Whether the rows follow one another.
  var isPacked: Bool { stride == size.width * format.pixelBytes }
}

/// Memory that is to be had.
enum Memory {
  /// - Throws: `CallError` if there are not as many bytes in one piece.
  static func check(_ count: Int) throws {
    guard count >= 1 << 20 else { return }
    guard let piece = malloc(count) else {
      throw CallError(U2CL_ERROR_MEMORY, "there are no \(count >> 20) MiB of memory for the picture")
    }
    free(piece)
  }
}
