import ArgumentParser
import Checkpoints
import Pictures
import Networks
import Tensors

/// A reader of files that strangers made.
enum Reader: String, CaseIterable, ExpressibleByArgument {
  case safetensors, pth
  case pthLegacy = "pth-legacy"
  case onnx, png, jpeg, webp

  /// The most pixels that pictures may claim here.
  private static let pixelLimit = 1 << 20

  var isPicture: Bool {
    switch self {
    case .png, .jpeg, .webp: true
    case .safetensors, .pth, .pthLegacy, .onnx: false
    }
  }

  /// The format that its files are taken apart by; nil for a stream.
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

  /// What may be written into its files.
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

  /// How many bytes reading a file of so many may take at once.
  ///
  /// A weight of one byte widens to four, JSON and pickles of a few bytes to objects of a few dozen. A picture takes
  /// what its size takes, which the caller limits: up to 8 bytes a pixel, once as stored and once upright, beside the
  /// decoder's own.
  func allowance(for count: Int) -> Int {
    (4 << 20) + 64 * count + (isPicture ? 32 * Self.pixelLimit : 0)
  }

  /// Reads all that a file offers.
  ///
  /// - Throws: what the reader says of it.
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

  /// What the model declares, where u2cl would run it.
  private static func shape(for model: ONNXModel) -> Shape {
    let size = model.inputSize ?? Size(height: 37, width: 45)
    let sides = 1...8192
    let isPossible = sides.contains(size.height) && sides.contains(size.width)
    let channels = min(max(model.inputChannels ?? 3, 1), 64)
    return Shape(channels: channels, height: isPossible ? size.height : 37, width: isPossible ? size.width : 45)
  }
}
