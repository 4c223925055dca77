import Engine
import Images
import Networks
import OpenCL
import Tensors

/// Compiles a model for what a device can hold, or for another device where that may stand in.
struct Compilation {
  private let model: Model
  private let size: Size
  private let options: CompilationOptions

  init(of model: Model, at size: Size, _ options: CompilationOptions) {
    self.model = model
    self.size = size
    self.options = options
  }

  struct Result {
    let network: CompiledNetwork
    let device: ComputeDevice
    /// Why it is not the device that was asked for.
    let fallback: String?
    /// Pictures at once.
    let batch: Int
    /// What users should know, each in one line.
    let notes: [String]
  }

  /// Compiles; with ever smaller batches where the device has no room, then, where one may, for the CPU reference.
  func run(on choice: DeviceChoice, batch: Int, mayFallBack: Bool) throws(Failure) -> Result {
    var batch = batch
    var notes: [String] = []
    while true {
      do {
        let network = try choice.device.compile(model, for: shape(batch), options)
        return Result(
          network: network, device: choice.device, fallback: choice.fallback, batch: batch, notes: notes)
      } catch {
        let failure = Failure(error)
        guard error.mayLackMemory, batch > 1 else {
          guard failure.kind == .device, mayFallBack, choice.device.kind != ComputeDevice.reference.kind else {
            throw failure
          }
          return try onReference(choice, batch, failure, notes)
        }
        batch /= 2
        notes.append("\(failure); using batches of \(batch)")
      }
    }
  }

  private func onReference(
    _ choice: DeviceChoice, _ batch: Int, _ failure: Failure, _ notes: [String]
  ) throws(Failure) -> Result {
    let network = try failing { try ComputeDevice.reference.compile(model, for: shape(batch), options) }
    let reasons = [choice.fallback, "\(choice.device) failed (\(failure)); using the CPU reference instead"]
    return Result(
      network: network, device: .reference, fallback: reasons.compactMap { $0 }.joined(separator: "; "), batch: batch,
      notes: notes)
  }

  private func shape(_ batch: Int) -> Shape {
    Shape(batch: batch, channels: 3, height: size.height, width: size.width)
  }
}

extension Error {
  /// Whether a device's lack of memory is a likely cause.
  var mayLackMemory: Bool {
    if self is DeviceMemoryError { return true }
    return (self as? CLError)?.status.mayLackMemory ?? false
  }
}

extension CompiledNetwork {
  /// A failure with what the network needs of a device's memory.
  func memoryReport(_ failure: Failure, on device: ComputeDevice) -> String {
    guard let memory, case .openCL(let openCLDevice) = device.backend else { return "\(failure)" }
    let needed = (memory.activations + memory.parameters + memory.scratch) >> 20
    return """
      \(device) failed (\(failure)) with \(graph.inputShape.batch) pictures at once, which take \(needed) MiB of its \
      \(openCLDevice.globalMemory >> 20) MiB
      """
  }
}

extension ComputeDevice {
  /// - Throws: `Failure` where the device computes something else than the reference, and whatever compiling throws.
  func compile(_ model: Model, for input: Shape, _ options: CompilationOptions) throws -> CompiledNetwork {
    switch backend {
    case .openCL(let device):
      let session = try DeviceSession(device: device, cache: options.cache, usesTunings: options.usesTunings)
      try SelfCheck.run(in: session)
      return try CompiledNetwork(model, for: input, maps: options.maps, options.precision, in: session)
    case .reference:
      return try CompiledNetwork(model, for: input, maps: options.maps, options.precision, in: nil)
    }
  }
}
