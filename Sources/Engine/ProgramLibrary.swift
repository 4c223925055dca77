import Caches
import Kernels
import OpenCL
import Synchronization

/// How a session's programs came to be.
public struct ProgramCounts: Hashable, Sendable {
  /// Compiled from source; a driver with a cache of its own may have had them there.
  public internal(set) var built = 0
  /// Taken from the cache.
  public internal(set) var loaded = 0
}

/// What one program is compiled from.
struct ProgramSource: Hashable, Sendable {
  /// The files, one behind the other.
  let files: [KernelSource]
  /// As for `clBuildProgram`, with the version of OpenCL C first.
  let options: String

  /// The program that holds a file's kernels. Files that take no constants of their own share one: what a driver does for
  /// each program, such as reading the declarations of OpenCL C's functions, takes longer than to compile these.
  init(_ file: KernelSource, options: String) {
    files = file.sharedProgram.map { shared in KernelSource.allCases.filter { $0.sharedProgram == shared } } ?? [file]
    // Without -w PoCL tells users on their terminal how many warnings its compiler has of 16 floats in registers of 8.
    let options = options.hasPrefix("-cl-std=") ? ["-w", options] : ["-cl-std=CL1.2 -w", options]
    self.options = options.buildOptions
  }

  /// A name for reports.
  var name: String { files[0].sharedProgram.map { "\($0.rawValue).cl" } ?? files[0].fileName }

  /// The text; the compiler's messages name the files.
  var text: String {
    let includes = KernelInclude.allCases.filter { foundation in
      files.contains { $0.includes.contains(foundation) }
    }
    let parts = includes.map { ($0.fileName, $0.text) } + files.map { ($0.fileName, $0.text) }
    return parts.map { "#line 1 \"\($0)\"\n\($1)" }.joined(separator: "\n")
  }

  /// The text that a device's driver is given. PoCL compiles static functions into a program's kernels twice, for the
  /// program and for each kernel, and makes the same code of others in four fifths of the time (3.1: 5.4 instead of 6.8 s
  /// for u2netp). Other drivers must have them static: ROCm's linker finds no others.
  func text(for device: Device) -> String {
    guard device.platform.name == Platform.poclName else { return text }
    return text.replacing("\nstatic inline ", with: "\ninline ")
  }
}

extension [String] {
  /// As for `clBuildProgram`: those that say something, one behind the other.
  var buildOptions: String { filter { !$0.isEmpty }.joined(separator: " ") }
}

/// Which programs a session may build, and who is told of it.
final class BuildPolicy: Sendable {
  private let allowed: Mutex<Bool>
  /// Called before and after a program is built, and before kernels are tried.
  let progress: @Sendable () -> Void

  init(buildsUntried: Bool, progress: @escaping @Sendable () -> Void) {
    allowed = Mutex(buildsUntried)
    self.progress = progress
  }

  /// Whether the session builds what its driver has never built before; where not, that is an error.
  var buildsUntried: Bool { allowed.withLock { $0 } }

  /// From now on everything is built.
  func allowUntried() { allowed.withLock { $0 = true } }
}

/// The programs of one context: each is made once, of the cache's binary where there is one, else of its source.
final class ProgramLibrary: Sendable {
  private let context: Context
  private let cache: Cache?
  private let policy: BuildPolicy
  private let state = Mutex(State())

  private struct State {
    var programs: [ProgramSource: Program] = [:]
    var counts = ProgramCounts()
    /// The programs without a binary that were built by an earlier process; nil until that is asked.
    var builtBefore: DeviceJournal?
  }

  init(context: Context, cache: Cache?, policy: BuildPolicy) {
    self.context = context
    self.cache = cache
    self.policy = policy
  }

  var usesCache: Bool {
    if case .folder = cache?.location { true } else { false }
  }

  var counts: ProgramCounts { state.withLock { $0.counts } }

  /// A new kernel of a program.
  func kernel(_ name: String, of source: ProgramSource) throws -> Kernel {
    let program = try state.withLock { state in
      if let program = state.programs[source] { return program }
      let program = try make(source, holding: name, &state)
      state.programs[source] = program
      return program
    }
    return try Kernel(program: program, name: name)
  }

  private func make(_ source: ProgramSource, holding kernel: String, _ state: inout State) throws -> Program {
    let key = cacheKey(of: source)
    if let cache, let program = cache.load(key, making: { try? load($0, of: source, holding: kernel) }) {
      state.counts.loaded += 1
      return program
    }
    if !policy.buildsUntried, !wasBuiltBefore(key, &state) { throw UntriedProgramError(program: source.name) }
    policy.progress()
    let program = try Program(
      context: context, name: source.name, source: source.text(for: context.device), options: source.options)
    policy.progress()
    state.counts.built += 1
    guard let cache, cache.location != .off else { return program }
    if let binary = try? program.binary(), !binary.isEmpty {
      cache.store(binary, for: key)
    } else if !wasBuiltBefore(key, &state) {
      // A driver that gives no binary away is no worse a driver.
      state.builtBefore?.append(key.text)
    }
    return program
  }

  /// Whether an earlier process built a program that left no binary.
  private func wasBuiltBefore(_ key: CacheKey, _ state: inout State) -> Bool {
    let journal = state.builtBefore ?? DeviceJournal.of(context.device, ["built"], cache: cache)
    state.builtBefore = journal
    return journal.lines.contains(key.text)
  }

  /// A stored program, once it has shown that it holds the kernel.
  private func load(_ binary: [UInt8], of source: ProgramSource, holding kernel: String) throws -> Program {
    let program = try Program(context: context, name: source.name, binary: binary, options: source.options)
    _ = try Kernel(program: program, name: kernel)
    return program
  }

  /// Everything that another binary would come of.
  private func cacheKey(of source: ProgramSource) -> CacheKey {
    CacheKey(.programs, [source.text, source.options] + context.device.identity)
  }
}

/// A program was to be built that its driver has never built before, where that was not allowed.
package struct UntriedProgramError: Error, Hashable, Sendable {
  /// The program's name.
  package let program: String
}

extension Device {
  /// What sets it apart from every device that compiles to other code or runs it at another speed. What vectors a
  /// processor has is not always in its name.
  package var identity: [String] {
    [
      platform.name, platform.version, name, version, driverVersion, "\(nativeFloatWidth)", "\(computeUnits)",
      extensions.joined(separator: " "),
    ]
  }
}
