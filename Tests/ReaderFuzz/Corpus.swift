import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport

/// The valid files from which a reader's cases are made.
struct Corpus {
  /// A changed file of the corpus.
  struct Case {
    let seed: UInt64
    /// The name of the original file.
    let name: String
    let bytes: [UInt8]
  }

  /// The most bytes of a file that is changed again.
  private static let largest = 1 << 19

  private let reader: Reader
  private let files: [(name: String, bytes: [UInt8])]

  /// The tests' files of a format and, for safetensors, a whole network with the official names.
  init(_ reader: Reader) throws {
    self.reader = reader
    let tests = SharedFiles.packageRoot + "/Tests/"
    let folders =
      reader == .bmp
      ? ["PicturesTests/FormatFixtures"]
      : reader.isPicture
        ? ["PicturesTests/Fixtures"]
        : reader == .onnxExternal
          ? ["CheckpointsTests/Fixtures/external"]
          : ["", "/nodes", "/family", "/states", "/external"].map { "CheckpointsTests/Fixtures" + $0 }
    var files: [(name: String, bytes: [UInt8])] = []
    for folder in folders {
      for name in try FileManager.default.contentsOfDirectory(atPath: tests + folder).sorted() where reader.owns(name) {
        files.append((name, Array(try Data(contentsOf: URL(fileURLWithPath: "\(tests)\(folder)/\(name)")))))
      }
    }
    if reader == .list { files = Self.lists }
    if reader == .safetensors { files.append(("u2net of one channel", try Self.narrowNetwork())) }
    if reader == .y4m { files = Self.videos() }
    self.files = files
  }

  /// Streams of three small frames in every colour space.
  private static func videos() -> [(name: String, bytes: [UInt8])] {
    let spaces = [
      ("420jpeg", 59), ("420mpeg2", 59), ("420paldv", 59), ("422", 75), ("411", 55), ("444", 105), ("444alpha", 140),
      ("mono", 35), ("420p10", 118), ("422p12", 150), ("mono16", 70),
    ]
    return spaces.map { space, count in
      let frame = Array("FRAME\n".utf8) + (0..<count).map { UInt8($0 * 2 % 256) }
      let header = "YUV4MPEG2 W7 H5 F25:1 Ip A1:1 C\(space) XCOLORRANGE=LIMITED\n"
      return (space, Array(header.utf8) + frame + frame + frame)
    }
  }

  /// The case of a seed, which is the same on every machine.
  func make(_ seed: UInt64) -> Case {
    var generator = SeededGenerator(seed: seed)
    let base = files[Int.random(in: files.indices, using: &generator)]
    let donor = files[Int.random(in: files.indices, using: &generator)].bytes
    var bytes = base.bytes
    // A repeated part may be repeated again, so a file grows to a few times the largest of the corpus at most.
    for _ in 0..<Int.random(in: 1...6, using: &generator) where bytes.count <= Self.largest {
      if let format = reader.format, Int.random(in: 0..<4, using: &generator) > 0 {
        format.mutate(&bytes, words: reader.words, donor: donor, using: &generator)
      } else {
        ByteMutation.apply(to: &bytes, words: reader.words, donor: donor, using: &generator)
      }
    }
    return Case(seed: seed, name: base.name, bytes: Array(bytes.prefix(8 * Self.largest)))
  }

  /// A list of paths in every encoding.
  private static let lists: [(name: String, bytes: [UInt8])] = {
    let text = "photos/a b.jpg\r\n日本/\u{1F600}.png\ncafe\u{301}.webp\n"
    let units = Array(text.utf16)
    return [
      ("UTF-8", Array(text.utf8)), ("UTF-8 with a mark", [0xEF, 0xBB, 0xBF] + Array(text.utf8)),
      ("UTF-16 LE", [0xFF, 0xFE] + units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
      ("UTF-16 BE", [0xFE, 0xFF] + units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
      ("UTF-16 without a mark", units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
      ("zero bytes", Array("a.jpg\0b\nc.png\0".utf8)), ("Latin-1", [0x63, 0x61, 0x66, 0xE9, 0x0A]),
    ]
  }()

  /// U²-Net with blocks of one channel: a small file with every official name.
  private static func narrowNetwork() throws -> [UInt8] {
    func narrow(_ stages: [StageTable.Stage], from first: Int?, per: Int) -> [StageTable.Stage] {
      stages.enumerated().map { index, stage in
        let channels = index == 0 ? first ?? per : per
        return StageTable.Stage(stage.name, RSU(form: stage.block.form, in: channels, mid: 1, out: 1))
      }
    }
    let full = StageTable.full
    let stages = StageTable(
      encoder: narrow(full.encoder, from: 3, per: 1), decoder: narrow(full.decoder, from: nil, per: 2))
    let table = U2NetTable(name: "narrow", stages: stages)
    let graph = try table.graph(for: Shape(channels: 3, height: 32, width: 32))
    return try SafetensorsWriter.bytes(of: SeededParameters(for: graph), metadata: ["input_size": "224"])
  }
}

extension Reader {
  /// Whether the name of a fixture is that of a file of the format.
  fileprivate func owns(_ name: String) -> Bool {
    switch self {
    case .safetensors: name.hasSuffix(".safetensors")
    case .pth: name.hasSuffix(".pth") && !name.contains("legacy")
    case .pthLegacy: name.hasSuffix(".pth") && name.contains("legacy")
    case .onnx, .onnxExternal: name.hasSuffix(".onnx")
    case .png: name.hasSuffix(".png")
    case .jpeg: name.hasSuffix(".jpg")
    case .webp: name.hasSuffix(".webp")
    case .bmp: name.hasSuffix(".bmp")
    case .y4m, .list: false
    }
  }
}
