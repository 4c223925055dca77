import Files
import Tensors

/// The files beside an ONNX model that hold its tensors, such as `u2net.onnx.data`. Each is mapped once.
///
/// A model is read as if a stranger had written it. So only regular files in the folder of the model, or below it, are
/// opened. A link may lead elsewhere only if the model itself is a link into the same folder, as in Hugging Face's
/// cache.
///
/// Source: ONNX, "External Data" (docs/ExternalData.md).
struct ExternalData {
  /// The most files; exporters write one, or one for each large tensor.
  private static let mostFiles = 4096

  private(set) var files: [MappedFile] = []
  private var indices: [String: Int] = [:]
  private let model: MappedFile

  init(besides model: MappedFile) { self.model = model }

  /// The position of a tensor's elements.
  ///
  /// - Returns: the number of the file (`StoredTensor.source`) and the position in it.
  /// - Throws: `FormatError` if the file may not be read or is too short.
  mutating func location(
    of tensor: ProtoTensor, byteCount: Int
  ) throws -> (source: Int, range: Range<Int>) {
    let keys = Dictionary(tensor.externalData.map { ($0.key, $0.value) }) { _, last in last }
    let location = keys["location"] ?? ""
    let index = try indices[location] ?? open(location)
    let file = files[index]
    let start = try Self.number(keys["offset"], of: "offset") ?? 0
    let length = try Self.number(keys["length"], of: "length") ?? byteCount
    guard length == byteCount else {
      throw FormatError.damaged("its shape needs \(byteCount) bytes, but it states \(length) in '\(location)'")
    }
    guard start <= file.count, length <= file.count - start else {
      throw FormatError.damaged(
        "'\(location)' has \(file.count) bytes, too few for \(length) at \(start): it is cut short or of another model")
    }
    return (index + 1, start..<start + length)
  }

  /// The elements of a small tensor.
  func bytes(_ source: Int, _ range: Range<Int>) -> [UInt8] {
    files[source - 1].withUnsafeBytes { Array($0[range]) }
  }

  private static func number(_ text: String?, of key: String) throws -> Int? {
    guard let text else { return nil }
    guard let number = Int(text), number >= 0 else { throw FormatError.damaged("its \(key) is '\(text)'") }
    return number
  }

  private mutating func open(_ location: String) throws -> Int {
    let path = FilePath(location)
    let what = "its elements are in '\(location)'"
    guard !path.isEmpty, !path.isAbsolute, !path.endsWithSlash, !location.contains("\0"),
      !path.components.contains(".."), !location.contains("://"), !location.hasPrefix("file:")
    else {
      throw FormatError.refused("\(what), which is no file beside the model; export it again with its weights inside")
    }
    guard let own = model.path else {
      throw FormatError.unsupported("\(what), beside the model; open the model by its path, or export it in one file")
    }
    guard files.count < Self.mostFiles else {
      throw FormatError.unsupported("its elements are in one of more than \(Self.mostFiles) files")
    }
    let named = own.parent.appending(path)
    guard let real = named.real else {
      throw FormatError(
        kind: .missing, reason: "\(what), which is not beside the model; put the two files in one folder")
    }
    let folders = [own.parent.real, own.real?.parent].compactMap { $0 }
    guard folders.contains(where: { real.isInside($0) }) else {
      throw FormatError.refused("\(what), a link that leaves the folder of the model; put the file itself there")
    }
    do { files.append(try MappedFile(path: real)) } catch let error as CheckpointError {
      throw FormatError(kind: error.kind, reason: "\(what), which \(error.reason)")
    }
    indices[location] = files.count - 1
    return files.count - 1
  }
}

extension FilePath {
  /// Whether the path is that of something in a folder or below; both are from the root and without links.
  fileprivate func isInside(_ folder: FilePath) -> Bool {
    let parts = (components, folder.components)
    return parts.0.count > parts.1.count && parts.0.starts(with: parts.1)
  }
}
