import Foundation
import FileSelection
import Files

/// A folder of empty files, removed with this object.
final class Tree {
  let root = FileManager.default.temporaryDirectory.path + "/u2cl-selection-\(UUID().uuidString)"

  init(_ files: [String]) throws {
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    for file in files { try add(file) }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func add(_ file: String, _ bytes: [UInt8] = []) throws {
    let path = "\(root)/\(file)"
    try FileManager.default.createDirectory(atPath: FilePath(path).parent.string, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: target)
  }

  /// Takes names of pictures and, under any other name, files that begin with "PICTURE".
  static let rule = FileRule(
    isResult: { $0.hasSuffix(".mask.png") },
    content: { name, firstBytes in
      if ["jpg", "png"].contains(name.extension?.lowercased() ?? "") { return .wanted }
      do throws(SystemError) {
        let bytes = try firstBytes()
        if bytes.starts(with: "PICTURE".utf8) { return .wanted }
        return bytes.starts(with: "8BPS".utf8) ? .unread(format: "PSD") : .other
      } catch {
        return .unreadable(error)
      }
    })

  static let picture = Array("PICTURE of 7".utf8)
}
