import Caches
import Engine
import Pictures
import Files
import Host
import JSON
import Networks
import OpenCL
import Processes
import Tensors

/// A process of its own in which drivers are tried first: some abort, exit or hang while they are loaded or compile a
/// program, and would end this process.
///
/// The command names itself here. A program that embeds U2Net may name an installed `u2cl`; if it does not, drivers are
/// used in its own process from the start.
public enum DriverProcess {
  /// The path of the `u2cl` command; nil if there is none.
  nonisolated(unsafe) public static var executable: String?

  /// The first argument of the process; a request in JSON follows.
  package static let command = "try-driver"

  /// The environment variable for the number of seconds that a driver may take to compile one program or to list its
  /// devices.
  package static let patienceVariable = "U2CL_DRIVER_TIMEOUT"

  private static let patience =
    Host.environment[patienceVariable].flatMap(Double.init).flatMap { $0 > 0 ? $0 : nil } ?? 120

  /// What the process shall do.
  enum Request: Codable {
    /// List the devices.
    case list
    /// Compile a model for a device.
    case compile(CompileRequest)
    /// Build one part of a model's programs for a device: `count` processes build all of them.
    case build(CompileRequest, part: Int, count: Int)
  }

  /// A model and how it is compiled.
  struct CompileRequest: Codable {
    /// The index of the device in the list of all devices.
    let index: Int
    /// The identity that the device at that index must have.
    let identity: [String]
    let model: ModelSource
    let input: [Int]
    let maps: MapSelection
    let precision: PrecisionRequest
    let plan: PlanOptions
    let usesTunings: Bool
    /// Whether nobody waits for the programs.
    let isInBackground: Bool
  }

  /// Whether a driver can be used.
  enum Verdict: Hashable {
    /// The process ended by itself.
    case fine
    /// The driver ended or blocked the process, as described.
    case bad(String)
  }

  /// Runs a request in a process of its own.
  ///
  /// - Returns: nil if no process could be started.
  static func run(
    _ request: Request, environment: [String: String] = [:], heard: (String) -> Void = { _ in }
  ) -> Verdict? {
    guard let executable, let text = try? JSON.encode(request) else { return nil }
    // Swift's report of a crash would hide what the driver wrote.
    let environment = environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { given, _ in given }
    let process = ChildProcess(
      executable, [command, String(decoding: text, as: UTF8.self)], environment: environment)
    guard let outcome = process.run(patience: patience, heard: heard) else { return nil }
    // A driver may write more, or crash, after the process has done its work.
    guard !outcome.lines.contains(finished) else { return .fine }
    return .bad("\(outcome.end)\(outcome.complaint.map { " (\($0.printable()))" } ?? "")")
  }

  private static let finished = "finished"

  /// Carries out a request in this process. Each line that is written is a sign of life; the last one says that the
  /// process has not been ended. Ordinary errors are left for the calling process to find.
  package static func answer(_ request: String, write: @escaping @Sendable (String) -> Void) {
    ChildProcess.endWithParent()
    guard let request = try? JSON.decode(Request.self, from: request.utf8) else { return }
    switch request {
    case .list: _ = try? Device.all()
    case .compile(let request): try? compile(request) { write("compiling") }
    case .build(let request, let part, let count): try? build(request, part: part, of: count, write)
    }
    write(finished)
  }

  /// Builds one part of a model's programs.
  private static func build(
    _ request: CompileRequest, part: Int, of count: Int, _ write: @escaping @Sendable (String) -> Void
  ) throws {
    if request.isInBackground { DetachedProcess.yieldToOthers() }
    guard let device = try device(of: request) else { return }
    let graph = request.maps.applied(to: try Model(request.model).network.graph(for: Shape(request.input)))
    let session = try DeviceSession(
      device: device, cache: Cache(), usesTunings: request.usesTunings,
      observer: BuildObserver(progress: { _ in write("compiling") }))
    try session.buildPrograms(of: graph, request.plan, part: part, of: count) { total in
      write(ProgramProgress.line(ofTotal: total))
    }
  }

  /// The device of a request; nil if the devices have changed since.
  static func device(of request: CompileRequest) throws -> Device? {
    let devices = try Device.all()
    guard devices.indices.contains(request.index), devices[request.index].identity == request.identity else {
      return nil
    }
    return devices[request.index]
  }

  private static func compile(_ request: CompileRequest, _ beat: @escaping @Sendable () -> Void) throws {
    guard let device = try device(of: request) else { return }
    let options = CompilationOptions(request, cache: Cache())
    let model = try Model(request.model)
    let network = try DeviceTrial(device: device, options: options).compileHere(
      model, for: Shape(request.input), buildsUntried: true, BuildObserver(progress: { _ in beat() }))
    // Under limits, any driver may end the process when it runs what it has compiled.
    if !device.isOfKnownCPUDriver || !Host.restrictions.isEmpty { try use(network, of: model, on: device, beat) }
  }

  /// The number of multiply-adds up to which a run ends before the driver counts as silent.
  private static let mostMultiplyAdds = 1_000_000_000_000

  /// Runs a network once, because many drivers compile when a kernel is first launched, and builds the kernels for
  /// pictures and edges.
  private static func use(
    _ network: CompiledNetwork, of model: Model, on device: Device, _ beat: () -> Void
  ) throws {
    beat()
    let shape = network.graph.inputShape
    if network.graph.multiplyAccumulates <= mostMultiplyAdds {
      _ = try network.run(SeededParameters.input(shape: shape))
    }
    beat()
    let preprocessing = Preprocessing(size: shape.size, normalization: model.normalization)
    let pictures = try OnDevicePictures(
      network, model.profile, preprocessing, .init(on: ComputeDevice(backend: .openCL(device))))
    beat()
    if pictures.pipeline != nil { _ = try pictures.refinesAsHost() && pictures.cutsOutAsHost() }
  }
}
