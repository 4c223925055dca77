import ArgumentParser
import Checkpoints
import FileSelection
import Files
import Pictures
import Networks
import Synchronization
import Tensors
import Video

/// A reader that must withstand any file.
enum Reader: String, CaseIterable, ExpressibleByArgument {
  case safetensors, pth
  case pthLegacy = "pth-legacy"
  case onnx
  /// ONNX whose tensors are in files beside it.
  case onnxExternal = "onnx-external"
  case png, jpeg, webp, bmp, y4m, list

  /// The most pixels of a picture in these runs.
  private static let pixelLimit = 1 << 20

  var isPicture: Bool {
    switch self {
    case .png, .jpeg, .webp, .bmp, .y4m: true
    case .safetensors, .pth, .pthLegacy, .onnx, .onnxExternal, .list: false
    }
  }

  /// The format by which its files are divided into parts; nil for a stream.
  var format: (any PartedFormat.Type)? {
    switch self {
    case .safetensors: SafetensorsFormat.self
    case .pth: ZipFormat.self
    case .pthLegacy: nil
    case .onnx, .onnxExternal: WireFormat.self
    case .png: PNGFormat.self
    case .jpeg: JPEGFormat.self
    case .webp: WebPFormat.self
    case .bmp, .y4m, .list: nil
    }
  }

  /// Sequences of bytes that may be written into its files.
  var words: [[UInt8]] {
    switch self {
    case .safetensors: SafetensorsFormat.words
    case .pth, .pthLegacy: ZipFormat.words
    case .onnx: WireFormat.words
    case .onnxExternal:
      WireFormat.words
        + ["location", "offset", "length", "good.onnx.data", "../", "/dev/zero", "-1", "99999999999999999999", "4096"]
        .map { Array($0.utf8) }
    case .png: Self.chunkWords + Self.exifWords
    case .jpeg:
      [[0xFF, 0xD8], [0xFF, 0xD9], [0xFF, 0xDA], [0xFF, 0xC0], [0xFF, 0xC2], [0xFF, 0xC9], [0xFF, 0xD0]]
        + Self.exifWords
    case .bmp: Self.bitmapWords
    case .y4m: Self.videoWords
    case .list: Self.listWords
    case .webp: ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF"].map { Array($0.utf8) }
    }
  }

  /// Parameters of headers.
  private static let videoWords: [[UInt8]] = [
    "YUV4MPEG2 ", "\nFRAME\n", "FRAME Ippp\n", " W1", " H1", " W65536", " F0:0", " A0:0", " It", " Im", " C420jpeg",
    " C420paldv", " C422", " C411", " C444", " C444alpha", " Cmono", " C420p10", " C422p12", " C444p16", " Cmono16",
    " XCOLORRANGE=FULL",
  ].map { Array($0.utf8) }

  /// Byte-order marks, line breaks, zero bytes, and halves of surrogate pairs in both byte orders.
  private static let listWords: [[UInt8]] = [
    [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0xFF, 0xFE, 0, 0], [0, 0, 0xFE, 0xFF], [0x0A], [0x0D, 0x0A],
    [0x0A, 0], [0, 0x0A], [0], [0, 0], [0x00, 0xD8], [0xD8, 0x00], [0x00, 0xDC], [0xDC, 0x00], [0xC3],
    [0xED, 0xA0, 0x80],
  ]

  /// Lengths of headers, depths, and escapes of run lengths.
  private static let bitmapWords: [[UInt8]] = {
    var words: [[UInt8]] = [[0, 0], [0, 1], [0, 2, 255, 255], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80]]
    for length in [12, 40, 56, 64, 108, 124] as [UInt32] { words.append(length.littleEndianBytes) }
    for depth in [1, 4, 8, 16, 24, 32] as [UInt16] { words.append(depth.littleEndianBytes) }
    return words
  }()

  /// Headers, and tags and types of EXIF fields, in both byte orders.
  private static let exifWords: [[UInt8]] = {
    var words = ["II*\0\u{8}\0\0\0", "MM\0*\0\0\0\u{8}", "Exif\0\0"].map { Array($0.utf8) }
    for tag in [0x0112, 0x011A, 0x011B, 0x0128] as [UInt16] {
      for type in [1, 3, 4, 5, 6, 8, 9] as [UInt16] {
        let count: UInt32 = 1
        words.append(tag.littleEndianBytes + type.littleEndianBytes + count.littleEndianBytes)
        words.append(tag.bigEndianBytes + type.bigEndianBytes + count.bigEndianBytes)
      }
    }
    return words
  }()

  /// Places of old EXIF blocks and of densities in PNG.
  private static let chunkWords: [[UInt8]] = [
    "IHDR", "IDAT", "IEND", "PLTE", "tRNS", "eXIf", "iCCP", "acTL", "gAMA", "pHYs", "tEXt", "zTXt", "iTXt",
    "Raw profile type exif\0", "Raw profile type APP1\0", "\nexif\n      32\n", "45786966", "49492a00", "4d4d002a",
  ].map { Array($0.utf8) }

  /// The most bytes that reading a file of `count` bytes may allocate at once.
  ///
  /// A weight of one byte becomes four, and a few bytes of JSON or pickles become objects of a few dozen. A picture
  /// takes up to 8 bytes a pixel, once as stored and once upright, beside the decoder's own memory; the pixels are
  /// limited.
  func allowance(for count: Int) -> Int {
    (4 << 20) + 64 * count + (isPicture ? 32 * Self.pixelLimit : 0)
  }

  /// Reads everything in a file.
  ///
  /// - Throws: the error of the reader.
  func use(_ bytes: [UInt8]) throws {
    if self == .y4m { return try useFrames(bytes) }
    if isPicture {
      _ = try Picture(decoding: bytes, name: "fuzz", pixelLimit: Self.pixelLimit)
      return
    }
    if self == .list {
      let paths = Result { try FileList.paths(in: bytes, isNullSeparated: true, name: "fuzz") }
      for path in try FileList.paths(in: bytes, isNullSeparated: false, name: "fuzz") + ((try? paths.get()) ?? []) {
        precondition(!path.isEmpty && !path.bytes.contains(0), "a path that no system call takes")
        _ = path.description
      }
      return
    }
    let file = try self == .onnxExternal ? BesideModels.open(bytes) : CheckpointFile.open(bytes: bytes, name: "fuzz")
    switch file {
    case .checkpoint(let checkpoint):
      for name in checkpoint.names { _ = try checkpoint.tensor(named: name) }
      let table = KnownNetworks.recognize(checkpoint)
      try table?.graph(for: Shape(channels: 3, height: 32, width: 32)).validate(checkpoint)
    case .onnx(let model):
      for name in model.parameters.names { _ = try model.parameters.tensor(named: name) }
      let graph = try model.graph(for: Self.shape(for: model))
      try graph.validate(model.parameters)
      _ = try KnownNetworks.identify(graph, model.parameters)
    }
  }

  /// Reads the frames of a stream, and makes pictures and cut-outs of them.
  private func useFrames(_ bytes: [UInt8]) throws {
    let rest = Mutex(bytes[...])
    var reader = try Y4MReader(pixelLimit: Self.pixelLimit / 16) { buffer in
      rest.withLock { rest in
        let piece = rest.prefix(buffer.count)
        buffer.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
      }
    }
    let format = reader.header.format
    let (converter, compositor) = (FrameConverter(format), FrameCompositor(format, background: .white))
    let mask = Mask(size: format.size, pixels: Array(repeating: 99, count: format.size.height * format.size.width))
    _ = Y4MHeader(compositor.compositeFormat, others: reader.header.others).bytes
    _ = MatroskaWriter(evenlySpaced: compositor.cutOutFormat).header
    while let frame = try reader.next() {
      _ = converter.picture(of: frame)
      _ = compositor.composite(frame, mask)
      _ = compositor.cutOut(frame, mask)
    }
  }

  /// The input shape that the model declares, if u2cl would run it.
  private static func shape(for model: ONNXModel) -> Shape {
    let size = model.inputSize ?? Size(height: 37, width: 45)
    let sides = 1...8192
    let isPossible = sides.contains(size.height) && sides.contains(size.width)
    let channels = min(max(model.inputChannels ?? 3, 1), 64)
    return Shape(channels: channels, height: isPossible ? size.height : 37, width: isPossible ? size.width : 45)
  }
}
