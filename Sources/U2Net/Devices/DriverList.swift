import Caches
import Engine
import Files
public import Host
import LibC
import Processes

/// The OpenCL drivers that the loader finds: a folder of files that each name a library.
///
/// A driver that aborts, exits or hangs while it is loaded ends every program that only lists the devices.
/// `DriverList.makeUsable` therefore loads the drivers in a process of their own first, once for each set of drivers.
public struct DriverList: Sendable {
  /// The environment variable of the loader: a folder of `.icd` files, or one of these files.
  private static let variable = "OCL_ICD_VENDORS"
  private static let usualFolder = "/etc/OpenCL/vendors"

  /// Leaves out the drivers that end or block the process that loads them.
  ///
  /// Trap: this function sets an environment variable. Call it before other threads run, and before OpenCL is first
  /// used. It does nothing unless `DriverProcess.executable` is set.
  /// - Parameters:
  ///   - cache: where the drivers that work are recorded.
  ///   - environment: the environment of this process.
  /// - Returns: the drivers that are left out, one line each, if others remain. If none remains, requesting a device
  ///   reports them.
  public static func makeUsable(
    cache: Cache, environment: [String: String] = Host.environment
  ) -> [String] {
    guard DriverProcess.executable != nil else { return [] }
    let location = environment[variable].flatMap { $0.isEmpty ? nil : $0 } ?? usualFolder
    let drivers = drivers(in: location)
    // Without a cache they would be loaded twice each time; drivers that u2cl is tested with are trusted then.
    let isKept = cache.location != .off && cache.location != .nowhere
    let restrictions = Host.restrictions
    if !isKept, restrictions.isEmpty, drivers.allSatisfy(\.isKnown) { return [] }
    // If nothing has changed since it worked, there is nothing to try.
    let key = CacheKey(
      .devices,
      ["drivers 3", u2clVersion, location] + drivers.map(\.identity) + loaders(environment) + restrictions)
    let known = cache.records(key)
    if known.contains(works) { return [] }
    var verdicts = known.compactMap { DriverVerdict(line: $0) }
    if verdicts.isEmpty {
      let verdict = DriverProcess.run(.list)
      guard case .bad(let end) = verdict else {
        if verdict != nil { cache.append(works, to: key) }
        // Under limits, no driver is used that could not be tried.
        if verdict == nil, !restrictions.isEmpty {
          leaveOutAll(because: "no process can be started to try its drivers\(Host.restrictionNote)")
        }
        return []
      }
      verdicts = drivers.isEmpty ? [] : tried(drivers)
      // The loader itself fails, or a layer, or drivers that do not work together: then there is no OpenCL.
      if !verdicts.contains(where: { $0.end != nil }) {
        verdicts = [DriverVerdict(file: location, end: end)] + drivers.map { DriverVerdict(file: $0.file, end: end) }
      }
      // A driver that u2cl is tested with fails for a passing reason, and so may any driver under limits.
      let mayPass = drivers.contains { driver in
        driver.isKnown && verdicts.contains { $0.file == driver.file && $0.end != nil }
      }
      if restrictions.isEmpty, !mayPass { for verdict in verdicts { cache.append(verdict.line, to: key) } }
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

  /// Why there is no OpenCL, in one line; nil unless every driver was left out.
  nonisolated(unsafe) package private(set) static var absence: String?

  /// Keeps OpenCL from being used in this process: the loader finds no driver.
  ///
  /// Trap: this function sets an environment variable, as `makeUsable` does.
  /// - Parameter reason: why, in one line; requesting a device reports it.
  package static func leaveOutAll(because reason: String) {
    setenv(variable, "/dev/null/none", 1)
    absence = reason
  }

  /// Says why there may be no device, in one line, unless more is known already; requesting a device reports it.
  package static func explainAbsence(by reason: String) { absence = absence ?? reason }

  private static let works = "works"

  /// Loads each driver by itself.
  private static func tried(_ drivers: [Driver]) -> [DriverVerdict] {
    drivers.map { driver in
      guard let folder = folder(holding: [driver], named: "one") else {
        return DriverVerdict(file: driver.file, end: nil)
      }
      defer { remove(folder) }
      guard case .bad(let end) = DriverProcess.run(.list, environment: [variable: folder]) else {
        return DriverVerdict(file: driver.file, end: nil)
      }
      return DriverVerdict(file: driver.file, end: end)
    }
  }

  /// Makes the loader find these drivers and no other.
  private static func useOnly(_ drivers: [Driver], _ key: CacheKey) {
    if let folder = folder(holding: drivers, named: String(key.text.prefix(16))) { setenv(variable, folder, 1) }
  }

  private static func remove(_ folder: String) {
    let folder = FilePath(folder)
    for name in (try? Folder.names(in: folder)) ?? [] { folder.appending(name).remove() }
    folder.removeFolder()
  }

  /// A private folder that names drivers; nil if there is no place for one.
  private static func folder(holding drivers: [Driver], named name: String) -> String? {
    let base = Host.environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    let owner = name == "one" ? "-\(ProcessID.current)" : ""
    let folder = "\(base)/u2cl-drivers-\(geteuid())-\(name)\(owner)"
    guard Folder.makePrivate(FilePath(folder)) else { return nil }
    for driver in drivers {
      let path = "\(folder)/\(driver.name)"
      try? WholeFile.replace(
        FilePath(path), through: FilePath("\(path)-\(ProcessID.current)"), with: Array("\(driver.library)\n".utf8))
    }
    return folder
  }

  /// The drivers that a folder or a file names.
  private static func drivers(in path: String) -> [Driver] {
    if path.hasSuffix(".icd") { return Driver(path).map { [$0] } ?? [] }
    let names = (try? Folder.names(in: FilePath(path))) ?? []
    return names.filter { $0.hasSuffix(".icd") }.compactMap { Driver("\(path)/\($0.string)") }
  }

  /// Other variables that decide which code the loader runs.
  private static func loaders(_ environment: [String: String]) -> [String] {
    ["OPENCL_LAYERS", "OCL_ICD_FILENAMES", "LD_LIBRARY_PATH", "LD_PRELOAD", "RUSTICL_ENABLE"].map {
      "\($0)=\(environment[$0] ?? "")"
    }
  }
}

/// A file that names the library of a driver.
private struct Driver {
  /// The path of the file.
  let file: String
  /// The library as the file names it.
  let library: String

  init?(_ file: String) {
    guard let bytes = try? WholeFile.read(FilePath(file)) else { return nil }
    let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first
    guard let line, !line.allSatisfy(\.isWhitespace) else { return nil }
    self.file = file
    library = String(line)
  }

  var name: String { file.split(separator: "/").last.map(String.init) ?? file }

  /// Whether this is PoCL's driver, or Intel's for CPUs.
  var isKnown: Bool {
    let name = library.split(separator: "/").last ?? ""
    return name.hasPrefix("libpocl") || name.hasPrefix("libintelocl.")
  }

  /// The file, its library, and the size and time of the library if that is a path, so that an updated driver is tried
  /// again.
  var identity: String {
    guard let status = try? FileStatus(of: FilePath(library)) else { return "\(file) \(library)" }
    let time = status.modified
    return "\(file) \(library) \(status.byteCount) \(time.seconds).\(time.nanoseconds)"
  }
}

/// The result of loading a driver by itself.
private struct DriverVerdict: JournalRecord {
  /// The file that names the driver.
  let file: String
  /// How the process ended; nil if it ended by itself.
  let end: String?
}
