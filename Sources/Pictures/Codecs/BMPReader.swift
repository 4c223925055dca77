internal import CImageCodecs
internal import Tensors

/// Decodes Windows and OS/2 bitmaps: palettes of 1 to 8 bits, 16, 24 and 32 bits with any masks, and run lengths.
struct BMPReader {
  private let file: UnsafeBufferPointer<UInt8>
  private let size: Size
  private let isTopDown: Bool
  private let headerBytes: Int
  private let bits: Int
  private let compression: Compression
  /// The position of the pixels.
  private let start: Int
  /// The number of colours that the header states; 0 for as many as the indices allow.
  private let statedColors: Int

  private enum Compression: Int {
    case none
    case runs8
    case runs4
    case masks
    case masksWithAlpha = 6
  }

  /// The bytes before the header.
  private static let fileHeaderBytes = 14

  /// Decodes a file.
  static func decode(_ file: UnsafeBufferPointer<UInt8>, pixelLimit: Int) throws(PictureError.Problem) -> DecodedFile {
    let reader = try BMPReader(file)
    try Picture.check(reader.size, limit: pixelLimit)
    guard u2cl_memory_is_available(reader.size.height * reader.size.width * 4) != 0 else { throw .outOfMemory }
    var picture = try reader.bits <= 8 ? reader.indexed() : reader.colored()
    picture.density = reader.density
    picture.iccProfile = reader.profile
    return DecodedFile(picture: picture, orientation: .upright)
  }

  /// The size in the header of a file.
  static func claimedSize(_ file: UnsafeBufferPointer<UInt8>) throws(PictureError.Problem) -> Size {
    try BMPReader(file).size
  }

  private init(_ file: UnsafeBufferPointer<UInt8>) throws(PictureError.Problem) {
    self.file = file
    func number(_ place: Int, _ count: Int) throws(PictureError.Problem) -> Int {
      guard let value = Self.number(in: file, at: place, count) else { throw .truncated(.bmp) }
      return value
    }
    start = try number(10, 4)
    headerBytes = try number(14, 4)
    var height: Int
    let compression: Int
    if headerBytes == 12 {
      size = Size(height: try number(20, 2), width: try number(18, 2))
      (height, bits, compression, statedColors) = (size.height, try number(24, 2), 0, 0)
    } else {
      guard 40...1024 ~= headerBytes else {
        throw .unsupported(.bmp, detail: "a header of \(headerBytes) bytes")
      }
      height = Int(Int32(truncatingIfNeeded: try number(22, 4)))
      let width = Int(Int32(truncatingIfNeeded: try number(18, 4)))
      size = Size(height: abs(height), width: width)
      (bits, compression, statedColors) = (try number(28, 2), try number(30, 4), try number(46, 4))
    }
    isTopDown = height < 0
    guard size.width > 0, size.height > 0 else { throw .corrupt(.bmp, detail: "it has no pixels") }
    // OS/2 headers have 64 bytes and other methods of these numbers.
    guard let known = Compression(rawValue: compression), headerBytes != 64 || compression < 3 else {
      throw .unsupported(.bmp, detail: "compression \(compression)")
    }
    self.compression = known
    let isPossible =
      switch known {
      case .none: [1, 2, 4, 8, 16, 24, 32].contains(bits)
      case .runs8: bits == 8
      case .runs4: bits == 4
      case .masks, .masksWithAlpha: bits == 16 || bits == 32
      }
    guard isPossible else { throw .unsupported(.bmp, detail: "\(bits) bits a pixel, compression \(compression)") }
  }

  /// A little-endian number of up to four bytes; nil if the file ends before it does.
  private static func number(in file: UnsafeBufferPointer<UInt8>, at place: Int, _ count: Int) -> Int? {
    guard place >= 0, place <= file.count - count else { return nil }
    return (0..<count).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) }
  }

  private func number(at place: Int, _ count: Int) -> Int? { Self.number(in: file, at: place, count) }

  private var density: Density? {
    guard headerBytes >= 40, let horizontal = number(at: 38, 4), let vertical = number(at: 42, 4),
      horizontal > 0, vertical > 0, max(horizontal, vertical) <= Int(Int32.max)
    else { return nil }
    return Density(horizontal: Double(horizontal), vertical: Double(vertical), unit: .metre)
  }

  /// The embedded ICC profile of a header of version 5.
  private var profile: [UInt8]? {
    let embedded = 0x4D42_4544
    guard headerBytes >= 124, number(at: 70, 4) == embedded, let offset = number(at: 126, 4),
      let count = number(at: 130, 4), count > 0, Self.fileHeaderBytes + offset <= file.count - count
    else { return nil }
    return Array(file[(Self.fileHeaderBytes + offset)..<(Self.fileHeaderBytes + offset + count)])
  }

  /// The row of the picture that is stored as row `y`.
  private func row(_ y: Int) -> Int { isTopDown ? y : size.height - 1 - y }

  // MARK: Palettes

  private func indexed() throws(PictureError.Problem) -> Picture {
    let indices = compression == .none ? try plainIndices() : try runIndices()
    let palette = palette
    let samples = [UInt8](unsafeUninitializedCapacity: indices.count * 3) { samples, initialized in
      for (pixel, index) in indices.enumerated() {
        let color = palette[Int(index)]
        samples.initializeElement(at: 3 * pixel, to: color.red)
        samples.initializeElement(at: 3 * pixel + 1, to: color.green)
        samples.initializeElement(at: 3 * pixel + 2, to: color.blue)
      }
      initialized = indices.count * 3
    }
    return Picture(size: size, hasAlpha: false, samples: .bits8(samples))
  }

  /// 256 colours; those that the file does not have are black.
  private var palette: [Color] {
    let entryBytes = headerBytes == 12 ? 3 : 4
    let first = Self.fileHeaderBytes + headerBytes
    let stated = statedColors == 0 ? 1 << bits : min(statedColors, 1 << bits)
    let count = min(stated, max(0, min(start, file.count) - first) / entryBytes)
    return (0..<256).map { index in
      guard index < count else { return .black }
      let place = first + index * entryBytes
      return Color(red: file[place + 2], green: file[place + 1], blue: file[place])
    }
  }

  private func plainIndices() throws(PictureError.Problem) -> [UInt8] {
    let stride = try checkedStride()
    var indices = [UInt8](repeating: 0, count: size.height * size.width)
    let (perByte, mask) = (8 / bits, UInt8((1 << bits) - 1))
    for y in 0..<size.height {
      let (from, to) = (start + y * stride, row(y) * size.width)
      for x in 0..<size.width {
        let shift = 8 - bits * (x % perByte + 1)
        indices[to + x] = file[from + x / perByte] >> UInt8(shift) & mask
      }
    }
    return indices
  }

  /// The bytes of a stored row, if all rows are in the file; the padding of the last may be missing.
  private func checkedStride() throws(PictureError.Problem) -> Int {
    let stride = (size.width * bits + 31) / 32 * 4
    let (all, overflow) = stride.multipliedReportingOverflow(by: size.height - 1)
    guard !overflow, start <= file.count, all <= file.count,
      start + all + (size.width * bits + 7) / 8 <= file.count
    else { throw .truncated(.bmp) }
    return stride
  }

  /// Run lengths: pairs of a count and a value, and escapes behind a count of 0. Pixels that are skipped have index 0.
  private func runIndices() throws(PictureError.Problem) -> [UInt8] {
    var indices = [UInt8](repeating: 0, count: size.height * size.width)
    var (x, y, place) = (0, 0, start)
    func put(_ value: UInt8) {
      if x < size.width { indices[row(y) * size.width + x] = value }
      x += 1
    }
    // The rest of a row that is too long is dropped, and so is what comes behind the last row.
    while y < size.height {
      guard let count = number(at: place, 1), let value = number(at: place + 1, 1) else { throw .truncated(.bmp) }
      place += 2
      if count > 0 {
        for i in 0..<count { put(part(UInt8(value), i)) }
      } else if value == 0 {
        (x, y) = (0, y + 1)
      } else if value == 1 {
        break
      } else if value == 2 {
        guard let right = number(at: place, 1), let up = number(at: place + 1, 1) else { throw .truncated(.bmp) }
        (x, y, place) = (x + right, y + up, place + 2)
      } else {
        let bytes = bits == 8 ? value : (value + 1) / 2
        guard place <= file.count - bytes else { throw .truncated(.bmp) }
        for i in 0..<value { put(part(file[place + (bits == 8 ? i : i / 2)], i)) }
        place += bytes + bytes % 2
      }
    }
    return indices
  }

  /// The index in a byte of run lengths: the whole byte, or one of its halves in turn.
  private func part(_ byte: UInt8, _ i: Int) -> UInt8 { bits == 8 ? byte : i % 2 == 0 ? byte >> 4 : byte & 15 }

  // MARK: Colours

  private func colored() throws(PictureError.Problem) -> Picture {
    let stride = try checkedStride()
    let masks = try channelMasks()
    let hasAlpha = masks.count == 4
    let (channels, bytes, width) = (masks.count, bits / 8, size.width)
    var samples = [UInt8](repeating: 0, count: size.height * width * channels)
    var alphas: UInt8 = 0
    samples.withUnsafeMutableBufferPointer { samples in
      for y in 0..<size.height {
        var (from, to) = (start + y * stride, row(y) * width * channels)
        for _ in 0..<width {
          var value = UInt32(file[from]) | UInt32(file[from + 1]) << 8
          if bytes > 2 { value |= UInt32(file[from + 2]) << 16 }
          if bytes > 3 { value |= UInt32(file[from + 3]) << 24 }
          for channel in 0..<channels { samples[to + channel] = masks[channel].sample(of: value) }
          if hasAlpha { alphas |= samples[to + 3] }
          from += bytes
          to += channels
        }
      }
    }
    let picture = Picture(size: size, hasAlpha: hasAlpha, samples: .bits8(samples))
    // Many programs leave alpha empty; browsers show such a picture as opaque.
    return hasAlpha && alphas == 0 ? picture.withoutAlpha : picture
  }

  /// The bits of a channel in a pixel.
  private struct ChannelMask {
    let mask: UInt32
    let shift: UInt32
    let largest: UInt32

    init(_ mask: UInt32) {
      self.mask = mask
      shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
      largest = mask >> shift
    }

    func sample(of pixel: UInt32) -> UInt8 {
      if largest == 255 { return UInt8(truncatingIfNeeded: (pixel & mask) >> shift) }
      guard largest > 0 else { return 0 }
      return UInt8(truncatingIfNeeded: UInt64((pixel & mask) >> shift) * 255 / UInt64(largest))
    }
  }

  /// The masks of red, green, blue and, if there is any, alpha.
  private func channelMasks() throws(PictureError.Problem) -> [ChannelMask] {
    var masks: [UInt32] = bits == 16 ? [0x7C00, 0x3E0, 0x1F] : [0xFF_0000, 0xFF00, 0xFF]
    if compression == .masks || compression == .masksWithAlpha {
      let hasAlpha = compression == .masksWithAlpha || headerBytes >= 56
      let stated = (0..<(hasAlpha ? 4 : 3)).compactMap { number(at: 54 + 4 * $0, 4) }.map { UInt32($0) }
      guard stated.count == (hasAlpha ? 4 : 3) else { throw .truncated(.bmp) }
      masks = hasAlpha && stated[3] == 0 ? Array(stated.prefix(3)) : stated
    }
    return masks.map(ChannelMask.init)
  }
}

extension Picture {
  /// The picture without its alpha channel, which is dropped.
  var withoutAlpha: Picture {
    guard hasAlpha else { return self }
    let colors: Samples =
      switch samples {
      case .bits8(let values): .bits8(Self.colors(values))
      case .bits16(let values): .bits16(Self.colors(values))
      }
    return replacing(hasAlpha: false, samples: colors)
  }

  private static func colors<Sample: FixedWidthInteger>(_ rgba: [Sample]) -> [Sample] {
    [Sample](unsafeUninitializedCapacity: rgba.count / 4 * 3) { rgb, initialized in
      for pixel in 0..<rgba.count / 4 {
        for channel in 0..<3 { rgb.initializeElement(at: 3 * pixel + channel, to: rgba[4 * pixel + channel]) }
      }
      initialized = rgba.count / 4 * 3
    }
  }
}
