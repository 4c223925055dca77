import Caches
import Kernels
import OpenCL
import Synchronization

/// The numbers of a session's programs by origin.
public struct ProgramCounts: Hashable, Sendable {
  /// Programs compiled from source, though a driver may have its own cache.
  public internal(set) var built = 0
  /// Programs loaded from u2cl's cache.
  public internal(set) var loaded = 0
}

/// The source and the options of one program.
struct ProgramSource: Hashable, Sendable {
  /// The files, in the order in which they are concatenated.
  let files: [KernelSource]
  /// The build options as for `clBuildProgram`, beginning with the version of OpenCL C.
  let options: String

  /// The program that holds a file's kernels. Files without constants share programs: what a driver does for each
  /// program, such as parsing the declarations of OpenCL C's functions, takes longer than compiling these files.
  init(_ file: KernelSource, options: String) {
    files = file.sharedProgram.map { shared in KernelSource.allCases.filter { $0.sharedProgram == shared } } ?? [file]
    // Without -w, PoCL prints how many warnings its compiler has about vectors of 16 floats in registers of 8.
    let options = options.hasPrefix("-cl-std=") ? ["-w", options] : ["-cl-std=CL1.2 -w", options]
    self.options = options.buildOptions
  }

  /// A name for reports.
  var name: String { files[0].sharedProgram.map { "\($0.rawValue).cl" } ?? files[0].fileName }

  /// The text, with `#line` directives so that compilers' messages name the files.
  var text: String {
    let includes = KernelInclude.allCases.filter { include in
      files.contains { $0.includes.contains(include) }
    }
    let parts = includes.map { ($0.fileName, $0.text) } + files.map { ($0.fileName, $0.text) }
    return parts.map { "#line 1 \"\($0)\"\n\($1)" }.joined(separator: "\n")
  }

  /// The text for a device's driver, in which functions are `inline` for PoCL and `static inline` for all other
  /// drivers.
  ///
  /// PoCL 3.1 compiles static functions twice, for the program and for each kernel; without `static` it generates the
  /// same code in four fifths of the time (5.4 s instead of 6.8 s for u2netp). Other drivers need `static`: to ROCm's
  /// linker, an `inline` function without it is undefined. So a helper must begin its line with `static inline`, and
  /// its name must be unique among the files of a program.
  func text(for device: Device) -> String {
    guard device.platform.name == Platform.poclName else { return text }
    return text.replacing("\nstatic inline ", with: "\ninline ")
  }
}

extension [String] {
  /// The options that are not empty, in one string as for `clBuildProgram`.
  var buildOptions: String { filter { !$0.isEmpty }.joined(separator: " ") }
}

/// Hears of the programs that a session builds, and may stop it.
package struct BuildObserver: Sendable {
  /// Called before and after each program that is built, and before kernels are tried, with the number of programs that
  /// the session has built so far.
  package var progress: @Sendable (_ built: Int) -> Void
  /// Whether the session should build nothing more; needing a program is then a `CancellationError`. A trial of kernels
  /// that has begun is finished first, or it would seem to have ended the process.
  package var isCancelled: @Sendable () -> Bool

  package init(
    progress: @escaping @Sendable (_ built: Int) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.progress = progress
    self.isCancelled = isCancelled
  }
}

/// Which programs a session may build, and what is called when it does.
final class BuildPolicy: Sendable {
  private let allowed: Mutex<Bool>
  private let observer: BuildObserver
  private let built = Atomic(0)
  /// The number of trials that are being carried out.
  private let trials = Atomic(0)

  init(buildsUntried: Bool, observer: BuildObserver) {
    allowed = Mutex(buildsUntried)
    self.observer = observer
  }

  /// Reports progress before something that may take long.
  ///
  /// - Throws: `CancellationError` if the work was cancelled.
  func proceed() throws {
    observer.progress(built.load(ordering: .relaxed))
    if trials.load(ordering: .relaxed) == 0, observer.isCancelled() { throw CancellationError() }
  }

  /// Reports a program that was built.
  func noteBuilt() { observer.progress(built.wrappingAdd(1, ordering: .relaxed).newValue) }

  /// Runs a body that is not cancelled.
  func uninterrupted<Result>(_ body: () throws -> Result) rethrows -> Result {
    trials.wrappingAdd(1, ordering: .relaxed)
    defer { trials.wrappingSubtract(1, ordering: .relaxed) }
    return try body()
  }

  /// Whether the session may build programs that its driver has never built before.
  var buildsUntried: Bool { allowed.withLock { $0 } }

  /// Allows all programs.
  func allowUntried() { allowed.withLock { $0 = true } }
}

/// The programs of one context. Each is made once, from the cached binary if there is one, else from source.
final class ProgramLibrary: Sendable {
  private let context: Context
  private let cache: Cache?
  private let policy: BuildPolicy
  private let state = Mutex(State())

  private struct State {
    var programs: [ProgramSource: Program] = [:]
    var counts = ProgramCounts()
    /// The programs that an earlier process built without getting a binary; nil until needed.
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
    try policy.proceed()
    let program = try Program(
      context: context, name: source.name, source: source.text(for: context.device), options: source.options)
    policy.noteBuilt()
    state.counts.built += 1
    guard let cache, cache.location != .off else { return program }
    if let binary = try? program.binary(), !binary.isEmpty {
      cache.store(binary, for: key)
    } else if !wasBuiltBefore(key, &state) {
      // The driver gives no binary, so remember only that it can build the program.
      state.builtBefore?.append(key.text)
    }
    return program
  }

  /// Whether an earlier process built a program without getting a binary.
  private func wasBuiltBefore(_ key: CacheKey, _ state: inout State) -> Bool {
    let journal = state.builtBefore ?? DeviceJournal.of(context.device, ["built"], cache: cache)
    state.builtBefore = journal
    return journal.lines.contains(key.text)
  }

  /// A program from a binary, after checking that it holds the kernel.
  private func load(_ binary: [UInt8], of source: ProgramSource, holding kernel: String) throws -> Program {
    let program = try Program(context: context, name: source.name, binary: binary, options: source.options)
    _ = try Kernel(program: program, name: kernel)
    return program
  }

  /// The key of a program's binary: everything that the binary depends on.
  private func cacheKey(of source: ProgramSource) -> CacheKey {
    CacheKey(.programs, [source.text, source.options] + context.device.identity)
  }
}

/// A program is needed that the driver has never built before, and this process must not build it.
package struct UntriedProgramError: Error, Hashable, Sendable {
  /// The program's name.
  package let program: String
}

extension Device {
  /// What distinguishes the device from others that get different code. The vector width is included because the name
  /// does not always tell it. The number of compute units is left out on a CPU, where it is the number of threads and
  /// says nothing about the code.
  package var identity: [String] {
    [
      platform.name, platform.version, name, version, driverVersion, "\(nativeFloatWidth)",
      kind == .cpu ? "cpu" : "\(computeUnits)", extensions.joined(separator: " "),
    ]
  }
}
