package import Files

// How much memory this process may use.
extension Host {
  /// The memory that this process may use, in bytes: that of the machine, or what its control groups allow if that is
  /// less (`docker run --memory`).
  ///
  /// - Parameter root: the folder that holds `proc` and `sys`.
  package static func memoryShare(root: FilePath = "/") -> UInt64 {
    let limits = groups(of: "memory", root: root).flatMap { group in
      ["memory.max", "memory.limit_in_bytes"].compactMap { name in
        lines(of: group.appending(FilePath(name))).first.flatMap { UInt64($0) }
      }
    }
    return limits.reduce(memory, min)
  }
}
