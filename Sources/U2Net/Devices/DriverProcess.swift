import Caches
import Engine
import Pictures
import FoundationEssentials
import Networks
import OpenCL
import Processes
import Tensors

/// A process of u2cl's own in which drivers are tried first: some abort, exit or hang while they are loaded or compile a
/// program, and would take this process with them.
///
/// The command names itself here. A program that embeds U2Net may name an installed `u2cl`; where it names none, drivers
/// are used in its own process from the start.
public enum DriverProcess {
  /// The command's file; nil where there is none.
  nonisolated(unsafe) public static var executable: String?

  /// The command's first argument when it is such a process; a JSON request follows.
  public static let command = "try-driver"

  /// The variable that says for how many seconds a driver may compile one program, or list its devices.
  public static let patienceVariable = "U2CL_DRIVER_TIMEOUT"

  private static let patience =
    ProcessInfo.processInfo.environment[patienceVariable].flatMap(Double.init).flatMap { $0 > 0 ? $0 : nil } ?? 120

  /// What the process is asked to do.
  enum Request: Codable {
    /// List the devices.
    case list
    /// Compile a model for a device.
    case compile(CompileRequest)
  }

  struct CompileRequest: Codable {
    /// The device's number in the list, and what it must be.
    let index: Int
    let identity: [String]
    let model: ModelSource
    let input: [Int]
    let maps: MapSelection
    let precision: PrecisionRequest
    let plan: PlanOptions
    let usesTunings: Bool
  }

  /// Why a driver cannot be used.
  enum Verdict: Hashable {
    /// The process came to its own end.
    case fine
    /// It did not, and how it ended.
    case bad(String)
  }

  /// Runs a request in a process of its own.
  ///
  /// - Returns: nil where there is no such process.
  static func run(_ request: Request, environment: [String: String] = [:]) -> Verdict? {
    guard let executable, let text = try? JSONEncoder().encode(request) else { return nil }
    // What Swift writes of a crash would hide what the driver wrote.
    let environment = environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { given, _ in given }
    let process = ChildProcess(
      executable, [command, String(decoding: text, as: UTF8.self)], environment: environment)
    guard let outcome = process.run(patience: patience) else { return nil }
    // A driver may have more to write, or end badly, when the process has done what it was asked to.
    guard !outcome.lines.contains(finished) else { return .fine }
    return .bad("\(outcome.end)\(outcome.complaint.map { " (\($0.oneLine))" } ?? "")")
  }

  private static let finished = "finished"

  /// Does what is asked in this process; each line to standard output is a sign of life, the last one that it has not been
  /// ended. What goes wrong in good order is for the process that asked to find.
  public static func answer(_ request: String, write: @escaping @Sendable (String) -> Void) {
    ChildProcess.endWithParent()
    guard let request = try? JSONDecoder().decode(Request.self, from: Data(request.utf8)) else { return }
    switch request {
    case .list: _ = try? Device.all()
    case .compile(let request): try? compile(request) { write("compiling") }
    }
    write(finished)
  }

  private static func compile(_ request: CompileRequest, _ beat: @escaping @Sendable () -> Void) throws {
    let devices = try Device.all()
    guard devices.indices.contains(request.index), devices[request.index].identity == request.identity else { return }
    let options = CompilationOptions(
      maps: request.maps, precision: request.precision, cache: Cache(), usesTunings: request.usesTunings,
      plan: request.plan)
    let device = devices[request.index]
    let model = try Model(request.model)
    let network = try DeviceTrial(device: device, options: options).compileHere(
      model, for: Shape(request.input), buildsUntried: true, progress: beat)
    if !device.isOfKnownCPUDriver { try use(network, of: model, on: device, beat) }
  }

  /// The most multiply-adds of a run that must be done before a driver counts as silent.
  private static let mostMultiplyAdds = 1_000_000_000_000

  /// Runs a network once, as many drivers compile when a kernel is first launched, and makes the kernels for pictures and
  /// edges ready.
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
    let way = try OnDevicePictures(
      network, model.profile, preprocessing, .init(on: ComputeDevice(backend: .openCL(device))))
    beat()
    if way.pipeline != nil { _ = try way.refinesAsHost() }
  }
}
