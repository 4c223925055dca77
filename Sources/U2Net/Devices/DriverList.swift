import Caches
public import FoundationEssentials
import Processes

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The OpenCL drivers that the loader finds: files in a folder that each name a library.
///
/// A driver that aborts, exits or hangs while it is loaded takes every program with it that only asks which devices there
/// are. `DriverList.makeUsable` has them loaded in a process of its own first, once for each set of drivers.
public struct DriverList: Sendable {
  /// The loader's variable: a folder of `.icd` files, or one such file.
  private static let variable = "OCL_ICD_VENDORS"
  private static let usualFolder = "/etc/OpenCL/vendors"

  /// Leaves drivers out that end or block the process that loads them.
  ///
  /// Trap: it sets an environment variable, so call it before anything else runs, and before OpenCL is first used.
  /// - Parameter cache: remembers which drivers were loaded before.
  /// - Returns: the drivers that are left out, each in one line, where others are left; where none is, whoever asks for a
  ///   device is told.
  public static func makeUsable(
    cache: Cache, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> [String] {
    guard DriverProcess.executable != nil else { return [] }
    let place = environment[variable].flatMap { $0.isEmpty ? nil : $0 } ?? usualFolder
    let drivers = drivers(in: place)
    // Without a cache they would be loaded twice each time, which drivers that are tested with on every change are spared.
    if cache.location == .off || cache.location == .nowhere, drivers.allSatisfy(\.isKnown) { return [] }
    // Where everything is as it was when it worked, there is nothing to try.
    let key = CacheKey(.devices, ["drivers", u2clVersion, place] + drivers.map(\.identity) + loaders(environment))
    let known = cache.records(key)
    if known.contains(works) { return [] }
    var verdicts = known.compactMap { DriverVerdict(record: $0) }
    if verdicts.isEmpty {
      guard case .bad(let end) = DriverProcess.run(.list) else {
        cache.append(works, to: key)
        return []
      }
      verdicts = drivers.isEmpty ? [] : tried(drivers)
      // The loader itself, or a layer, or drivers that do not bear each other: then there is no OpenCL.
      if !verdicts.contains(where: { $0.end != nil }) {
        verdicts = [DriverVerdict(file: place, end: end)] + drivers.map { DriverVerdict(file: $0.file, end: end) }
      }
      for verdict in verdicts { cache.append(verdict.record, to: key) }
    }
    let sound = drivers.filter { driver in !verdicts.contains { $0.file == driver.file && $0.end != nil } }
    useOnly(sound, key)
    let leftOut = verdicts.compactMap { verdict in
      verdict.end.map { "the OpenCL driver \(verdict.file) \($0) while it was loaded; it is left out" }
    }
    guard sound.isEmpty else { return leftOut }
    absence = leftOut.joined(separator: "; ")
    return []
  }

  /// Why there is no OpenCL, where every driver was left out, in one line.
  nonisolated(unsafe) public private(set) static var absence: String?

  private static let works = "works"

  /// Each driver by itself.
  private static func tried(_ drivers: [Driver]) -> [DriverVerdict] {
    drivers.map { driver in
      guard let folder = folder(holding: [driver], named: "one") else {
        return DriverVerdict(file: driver.file, end: nil)
      }
      defer { try? FileManager.default.removeItem(atPath: folder) }
      guard case .bad(let end) = DriverProcess.run(.list, environment: [variable: folder]) else {
        return DriverVerdict(file: driver.file, end: nil)
      }
      return DriverVerdict(file: driver.file, end: end)
    }
  }

  /// Has the loader find these drivers and no other.
  private static func useOnly(_ drivers: [Driver], _ key: CacheKey) {
    if let folder = folder(holding: drivers, named: String(key.text.prefix(16))) { setenv(variable, folder, 1) }
  }

  /// A folder of this user's own that names drivers; nil where there is no place for one.
  private static func folder(holding drivers: [Driver], named name: String) -> String? {
    let base = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    let owner = name == "one" ? "-\(SystemFile.processID)" : ""
    let folder = "\(base)/u2cl-drivers-\(geteuid())-\(name)\(owner)"
    guard SystemFile.makePrivateFolder(folder) else { return nil }
    for driver in drivers {
      let path = "\(folder)/\(driver.name)"
      try? SystemFile.replace(
        path, temporary: "\(path)-\(SystemFile.processID)", with: Array("\(driver.library)\n".utf8))
    }
    return folder
  }

  /// The drivers that a folder or a file names.
  private static func drivers(in place: String) -> [Driver] {
    if place.hasSuffix(".icd") { return Driver(place).map { [$0] } ?? [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return names.filter { $0.hasSuffix(".icd") }.sorted().compactMap { Driver("\(place)/\($0)") }
  }

  /// What else decides which code the loader runs.
  private static func loaders(_ environment: [String: String]) -> [String] {
    ["OPENCL_LAYERS", "OCL_ICD_FILENAMES", "LD_LIBRARY_PATH", "LD_PRELOAD", "RUSTICL_ENABLE"].map {
      "\($0)=\(environment[$0] ?? "")"
    }
  }
}

/// A file that names a driver's library.
private struct Driver {
  /// Its path.
  let file: String
  /// The library, as it stands there.
  let library: String

  init?(_ file: String) {
    guard let bytes = FileManager.default.contents(atPath: file) else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first
    guard let line, !line.allSatisfy(\.isWhitespace) else { return nil }
    self.file = file
    library = String(line)
  }

  var name: String { file.split(separator: "/").last.map(String.init) ?? file }

  /// Whether it is PoCL's or Intel's for CPUs.
  var isKnown: Bool {
    let name = library.split(separator: "/").last ?? ""
    return name.hasPrefix("libpocl") || name.hasPrefix("libintelocl.")
  }

  /// The file, what it names, and the size and time of that where it is a path: a driver that is updated is tried again.
  var identity: String {
    var status = stat()
    guard stat(library, &status) == 0 else { return "\(file) \(library)" }
    return "\(file) \(library) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }
}

/// What came of loading a driver by itself.
private struct DriverVerdict {
  /// The file that names it.
  let file: String
  /// How the process ended; nil where it came to its own end.
  let end: String?

  init(file: String, end: String?) {
    self.file = file
    self.end = end
  }

  init?(record: String) {
    let parts = record.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { return nil }
    (file, end) = (parts[0], parts[1].isEmpty ? nil : parts[1])
  }

  var record: String { "\(file.oneLine)\t\(end ?? "")" }
}
