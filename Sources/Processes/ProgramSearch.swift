package import Files
internal import Host
internal import LibC

/// Finds programs as a shell does.
package enum ProgramSearch {
  /// The path of a program in the folders of `PATH`; nil if none has it.
  package static func path(of name: FilePath) -> FilePath? {
    let folders = (Host.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.lazy.map { FilePath(String($0)).appending(name) }.first(where: isProgram)
  }

  /// Whether a path is that of a file that this user may execute.
  package static func isProgram(_ path: FilePath) -> Bool {
    path.kind() == .regular && path.withCString { access($0, X_OK) } == 0
  }
}
