internal import LibC

/// The numbers of processes, which name temporary files and tell whether the writer of a note is alive.
package enum ProcessID {
  /// This process's.
  package static var current: Int32 { getpid() }

  /// Whether a process of that number runs.
  package static func isRunning(_ process: Int32) -> Bool { process > 0 && (kill(process, 0) == 0 || errno == EPERM) }
}
