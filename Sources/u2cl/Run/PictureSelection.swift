import FileSelection
import Files
import Models
import Pictures

/// The pictures of a run, and what else lies where they were found.
struct PictureSelection {
  /// What one of the inputs came to.
  enum Item {
    case picture(SelectedFile)
    /// A folder that cannot be read, a name that means nothing, or something that is no file.
    indirect case refused(FilePath, Failure)
  }

  private(set) var items: [Item] = []
  /// What was not taken.
  var leftOut: LeftOutFiles
  private let rules: Selection.Rules

  init(_ rules: Selection.Rules) {
    self.rules = rules
    leftOut = LeftOutFiles(keepsFiles: rules.keepsLeftOut)
  }

  /// The pictures alone.
  var pictures: [SelectedFile] {
    items.compactMap { if case .picture(let file) = $0 { file } else { nil } }
  }

  /// Adds what an argument means: a file, a folder or a pattern.
  mutating func add(_ input: FilePath) {
    if input != "-", let advice = InputHint.notFile(input) {
      items.append(.refused(input, Failure(.file, "'\(input)': \(advice)")))
      return
    }
    let found = Selection(rules).files(named: input)
    leftOut.add(found.leftOut)
    items += found.files.map { .picture($0) }
    for error in found.errors {
      let isEmpty = error.path == input && found.files.isEmpty
      let rest = isEmpty && input.isFolder ? remark(on: found.leftOut) : ""
      items.append(.refused(error.path, Failure(.file, error.description + rest)))
    }
  }

  /// What the line about a folder or a pattern without pictures says of everything else there.
  private func remark(on leftOut: LeftOutFiles) -> String {
    let others = leftOut.counts[.other] ?? 0
    let clauses = [
      leftOut.summary(isRecursive: rules.isRecursive),
      others > 0 ? "\(others) \(others == 1 ? "file is" : "files are") of other kinds" : nil,
    ]
    if leftOut.counts.isEmpty { return "; it is empty" }
    return clauses.compactMap { $0 }.map { "; \($0)" }.joined()
  }

  /// Adds the paths of a list. Each names a file, and `-` is a name like any other.
  mutating func add(listed paths: [FilePath]) {
    for path in paths {
      let kind = path.kind()
      switch kind {
      case .pipe: leftOut.add(LeftOutFile(SelectedFile(path), .pipe))
      case .socket: leftOut.add(LeftOutFile(SelectedFile(path), .socket))
      case .folder:
        let failure = Failure(.file, "'\(path)': is a folder; lists name files (find -type f), and arguments folders")
        items.append(.refused(path, failure))
      default:
        if kind == nil, let advice = InputHint.notFile(path) {
          items.append(.refused(path, Failure(.file, "'\(path)': \(advice)")))
        } else {
          items.append(.picture(SelectedFile(path == "-" ? "./-" : path)))
        }
      }
    }
  }

  /// Two names of which the second is not there are probably a picture and the name of its result.
  mutating func explainResultName() {
    guard items.count == 2, case .picture(let first) = items[0], case .picture(let second) = items[1],
      first.path.exists, !second.path.exists, PictureFormat(fileName: second.path) != nil
    else { return }
    let failure = Failure(.file, "'\(second.path)': there is no such file; to name the result, write -o \(second.path)")
    items[1] = .refused(second.path, failure)
  }
}
