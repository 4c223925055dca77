import ArgumentParser
import Checkpoints
import Pictures
import Networks
import Tensors

/// A reader that must withstand any file.
enum Reader: String, CaseIterable, ExpressibleByArgument {
  case safetensors, pth
  case pthLegacy = "pth-legacy"
  case onnx, png, jpeg, webp

  /// The most pixels of a picture in these runs.
  private static let pixelLimit = 1 << 20

  var isPicture: Bool {
    switch self {
    case .png, .jpeg, .webp: true
    case .safetensors, .pth, .pthLegacy, .onnx: false
    }
  }

  /// The format by which its files are divided into parts; nil for a stream.
  var format: (any PartedFormat.Type)? {
    switch self {
    case .safetensors: SafetensorsFormat.self
    case .pth: ZipFormat.self
    case .pthLegacy: nil
    case .onnx: WireFormat.self
    case .png: PNGFormat.self
    case .jpeg: JPEGFormat.self
    case .webp: WebPFormat.self
    }
  }

  /// Sequences of bytes that may be written into its files.
  var words: [[UInt8]] {
    switch self {
    case .safetensors: SafetensorsFormat.words
    case .pth, .pthLegacy: ZipFormat.words
    case .onnx: WireFormat.words
    case .png: ["IHDR", "IDAT", "IEND", "PLTE", "tRNS", "eXIf", "iCCP", "acTL", "gAMA"].map { Array($0.utf8) }
    case .jpeg:
      [[0xFF, 0xD8], [0xFF, 0xD9], [0xFF, 0xDA], [0xFF, 0xC0], [0xFF, 0xC2], [0xFF, 0xC9], [0xFF, 0xD0]]
    case .webp: ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF"].map { Array($0.utf8) }
    }
  }

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
    if isPicture {
      _ = try Picture(decoding: bytes, name: "fuzz", pixelLimit: Self.pixelLimit)
      return
    }
    switch try CheckpointFile.open(bytes: bytes, name: "fuzz") {
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

  /// The input shape that the model declares, if u2cl would run it.
  private static func shape(for model: ONNXModel) -> Shape {
    let size = model.inputSize ?? Size(height: 37, width: 45)
    let sides = 1...8192
    let isPossible = sides.contains(size.height) && sides.contains(size.width)
    let channels = min(max(model.inputChannels ?? 3, 1), 64)
    return Shape(channels: channels, height: isPossible ? size.height : 37, width: isPossible ? size.width : 45)
  }
}
