internal import Files
internal import LibC

/// The machine and the environment that this process runs in.
public enum Host {
  /// The environment variables of this process.
  public static var environment: [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "="), equals != text.startIndex {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      next += 1
    }
    return variables
  }

  /// The number of logical cores that this process may use.
  package static var coreCount: Int {
    // Linux says here which cores the process is bound to, as a mask in hexadecimal.
    let bound = lines(of: "/proc/self/status").first { $0.hasPrefix("Cpus_allowed:") }
    let count = bound?.drop { $0 != ":" }.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    if let count, count > 0 { return count }
    return onlineCoreCount
  }

  /// The number of logical cores that the machine runs, whether or not this process may use them.
  package static var onlineCoreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The memory of the machine, in bytes.
  package static var memory: UInt64 {
    UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES)))) * UInt64(max(0, sysconf(Int32(_SC_PAGESIZE))))
  }

  /// The operating system, such as `Debian GNU/Linux 12 (bookworm)`.
  package static var system: String {
    let key = "PRETTY_NAME="
    if let line = lines(of: "/etc/os-release").first(where: { $0.hasPrefix(key) }) {
      let quoted = line.dropFirst(key.count).drop { $0 == "\"" }
      return String(String(quoted.reversed().drop { $0 == "\"" }).reversed())
    }
    var names = utsname()
    guard uname(&names) == 0 else { return "Linux" }
    return [Self.text(names.sysname), Self.text(names.release)].joined(separator: " ")
  }

  /// The name of the processor; nil if the system does not tell.
  package static var processor: String? {
    guard let line = lines(of: "/proc/cpuinfo").first(where: { $0.hasPrefix("model name") }),
      let colon = line.firstIndex(of: ":")
    else { return nil }
    return String(line[line.index(after: colon)...].drop { $0 == " " })
  }

  static func lines(of path: FilePath) -> [Substring] {
    let bytes = (try? WholeFile.read(path)) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  /// The text in an array of characters, which Swift imports as a tuple.
  private static func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
