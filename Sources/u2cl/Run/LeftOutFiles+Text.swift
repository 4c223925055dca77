import FileSelection
import Files

extension LeftOutFile.Reason {
  /// The reason in reports: a word that stays the same, and what else is known.
  var code: (word: String, detail: String?) {
    switch self {
    case .other: ("no-picture", nil)
    case .unread(let format, let package): (package == nil ? "format" : "decoder-missing", format)
    case .result: ("result", nil)
    case .unfinished: ("unfinished", nil)
    case .backup: ("backup", nil)
    case .hidden: ("hidden", nil)
    case .pipe: ("pipe", nil)
    case .socket: ("socket", nil)
    case .device: ("device", nil)
    case .brokenLink: ("broken-link", nil)
    case .unreadable(let error): ("unreadable", error.reason)
    case .folder: ("folder", nil)
    case .linkToFolder: ("link-to-folder", nil)
    case .searchedFolder: ("searched-folder", nil)
    case .resultFolder: ("result-folder", nil)
    case .duplicate: ("duplicate", nil)
    }
  }

  /// What one or several files of the reason are called in the line at the end; nil if the line does not count them.
  fileprivate func words(_ count: Int) -> String? {
    let s = count == 1 ? "" : "s"
    switch self {
    case .unread(let format, nil): return format
    case .unread(let format, let package?): return "\(format) (install libvips: apt-get install \(package))"
    case .unfinished: return "unfinished"
    case .backup: return "backup\(s)"
    case .hidden(isWanted: true): return "hidden picture\(s)"
    case .pipe: return "pipe\(s)"
    case .socket: return "socket\(s)"
    case .device: return "device\(s)"
    case .brokenLink: return "broken link\(s)"
    case .unreadable(let error): return "unreadable (\(error.reason))"
    case .duplicate: return "given twice"
    case .other, .result, .hidden(isWanted: false), .folder, .linkToFolder, .searchedFolder, .resultFolder: return nil
    }
  }
}

extension LeftOutFiles {
  /// What was not taken, in one line, without files that are no pictures; nil if there is nothing else.
  ///
  /// - Parameter isRecursive: whether folders in folders were searched.
  func summary(isRecursive: Bool) -> String? {
    let told = counts.compactMap { reason, count in reason.words(count).map { (count, $0) } }
      .sorted { ($1.0, $0.1) < ($0.0, $1.1) }
    var clauses: [String] = []
    func add(_ count: Int, _ one: String, _ many: String, _ rest: String) {
      if count > 0 { clauses.append("\(count) \(count == 1 ? one : many) not \(rest)") }
    }
    let list = told.map { "\($0) \($1)" }.joined(separator: ", ")
    add(told.reduce(0) { $0 + $1.0 }, "file was", "files were", "taken: \(list)")
    add(counts[.result] ?? 0, "result of an earlier run was", "results of earlier runs were", "taken")
    add(counts[.folder] ?? 0, "folder was", "folders were", "searched (see -r)")
    let follow = isRecursive ? "--follow-links" : "-r and --follow-links"
    add(counts[.linkToFolder] ?? 0, "link to a folder was", "links to folders were", "followed (see \(follow))")
    return clauses.isEmpty ? nil : clauses.joined(separator: "; ")
  }
}
