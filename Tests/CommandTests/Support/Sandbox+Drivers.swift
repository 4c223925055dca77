import Foundation

extension Sandbox {
  /// A folder of drivers for `OCL_ICD_VENDORS`: the bad one and, beside it, those of this machine.
  func drivers(beside: Bool, bad library: String) throws -> String {
    let folder = URL(fileURLWithPath: cache).deletingLastPathComponent().path + "/drivers-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("\(library)\n".utf8).write(to: URL(fileURLWithPath: folder + "/bad.icd"))
    guard beside else { return folder }
    let usual = ProcessInfo.processInfo.environment["OCL_ICD_VENDORS"] ?? "/etc/OpenCL/vendors"
    for name in try FileManager.default.contentsOfDirectory(atPath: usual) where name.hasSuffix(".icd") {
      try FileManager.default.copyItem(atPath: "\(usual)/\(name)", toPath: "\(folder)/\(name)")
    }
    return folder
  }

  /// Ends the processes that this sandbox's commands have left running, and tells their arguments.
  func endSurvivors() -> [String] {
    let mark = Data("U2CL_CACHE=\(cache)\0".utf8)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { name in
      guard let process = Int32(name), let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ"),
        environment.range(of: mark) != nil
      else { return nil }
      let arguments = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
      kill(process, SIGKILL)
      return String(decoding: arguments.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
    }
  }
}

extension Sandbox.Outcome {
  /// The lines on standard error.
  var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

  /// Whether standard error is one line of the command's, which says all of `parts`.
  func saysOnce(_ parts: String...) -> Bool {
    errorLines.count == 1 && errors.hasPrefix("u2cl: ") && parts.allSatisfy(errors.contains)
  }
}
