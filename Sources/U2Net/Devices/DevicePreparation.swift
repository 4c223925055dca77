import Caches
import Engine
import Files
import Host
import JSON
import OpenCL
import Processes
import Tensors

/// Compiling a model's programs in a process that goes on in the background, while the CPU reference answers in their
/// place.
///
/// A first run on a CPU takes seconds to compile, and the reference takes less than one for one picture.
package enum DevicePreparation {
  /// The first argument of the background process; a request in JSON follows.
  package static let command = "prepare-device"

  /// The environment variable that forbids the background process if it is `wait`.
  package static let variable = "U2CL_FIRST_RUN"

  /// The multiply-adds of a network that the reference computes in about a second and a half on one core.
  private static let mostMultiplyAddsPerCore = 20_000_000_000

  /// Whether the reference is so fast that it can answer in place of a device that is being prepared.
  static func isWorthwhile(_ multiplyAdds: Int) -> Bool {
    // The first process of a container takes the others with it when it ends.
    Host.environment[variable] != "wait" && ProcessID.current != 1
      && multiplyAdds <= mostMultiplyAddsPerCore * Host.threadCount
  }

  /// Starts the background process.
  ///
  /// - Returns: false if it could not be started.
  static func start(_ request: DriverProcess.CompileRequest, cache: Cache) -> Bool {
    guard let executable = DriverProcess.executable, case .folder(let folder) = cache.location,
      let text = try? JSON.encode(request)
    else { return false }
    return DetachedProcess.start(
      executable, [command, String(decoding: text, as: UTF8.self)], environment: [CacheLocation.variable: folder])
  }

  /// Carries out a request in this process, unless another process is doing so for the same cache. What goes wrong is
  /// recorded, and the next run reports it.
  package static func answer(_ request: String) {
    DetachedProcess.yieldToOthers()
    guard let request = try? JSON.decode(DriverProcess.CompileRequest.self, from: request.utf8) else { return }
    let cache = Cache()
    try? cache.ifAlone {
      guard let device = try DriverProcess.device(of: request) else { return }
      var options = CompilationOptions(request, cache: cache)
      options.isInBackground = true
      let trial = DeviceTrial(device: device, options: options)
      _ = try trial.compile(Model(request.model), for: Shape(request.input))
    }
  }
}

/// The CPU reference should answer, because the programs of a device are not compiled yet.
enum ReferenceAnswers: Error {
  /// They are being compiled in the background.
  case duringPreparation
  /// They would be compiled in every run, because no cache can be written.
  case asNothingIsKept
}
