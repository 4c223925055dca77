internal import SystemCalls

/// What the system says of this process.
enum ProcessFigures {
  /// The memory that the process holds, in bytes; nothing where the system does not say.
  static var residentBytes: Double {
    guard let fields = text(of: "/proc/self/statm")?.split(separator: " "), fields.count > 1 else { return .nan }
    return Double(fields[1]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) } ?? .nan
  }

  /// The number of open files and connections.
  static var openFiles: Double {
    guard let folder = opendir("/proc/self/fd") else { return .nan }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    // Neither the two names of folders, nor the folder that is being read.
    return Double(count - 3)
  }

  private static func text(of path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
