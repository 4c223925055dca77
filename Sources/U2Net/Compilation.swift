import Engine
import Images
import Networks
import OpenCL
import Tensors

/// Compiles a model for what a device can hold, or for another device where that may stand in.
struct Compilation {
  let model: Model
  let preprocessing: Preprocessing
  let options: CompilationOptions
  /// Where pictures are made inputs; on the host for the reference.
  let way: SaliencyDetector.PictureWay

  struct Result {
    let network: CompiledNetwork
    /// What the device does with pictures besides.
    let deviceWay: DeviceWay
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
        return try result(on: choice.device, choice.fallback, batch, notes)
      } catch {
        let failure = Failure(error)
        guard error.mayLackMemory, batch > 1 else {
          guard failure.kind == .device, mayFallBack, choice.device.kind != ComputeDevice.reference.kind else {
            throw failure
          }
          let reasons = [choice.fallback, "\(choice.device) failed (\(failure)); using the CPU reference instead"]
          return try failing {
            try result(on: .reference, reasons.compactMap { $0 }.joined(separator: "; "), batch, notes)
          }
        }
        batch /= 2
        notes.append("\(failure); using batches of \(batch)")
      }
    }
  }

  private func result(
    on device: ComputeDevice, _ fallback: String?, _ batch: Int, _ notes: [String]
  ) throws -> Result {
    let size = preprocessing.size
    let shape = Shape(batch: batch, channels: 3, height: size.height, width: size.width)
    let network = try device.compile(model, for: shape, options)
    let way = device.kind == ComputeDevice.reference.kind ? .host : way
    let deviceWay = try DeviceWay(network, model.profile, preprocessing, way)
    return Result(
      network: network, deviceWay: deviceWay, device: device, fallback: fallback, batch: batch,
      notes: notes + network.notes + deviceWay.notes)
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
      return try CompiledNetwork(model, for: input, options, in: session)
    case .reference:
      return try CompiledNetwork(model, for: input, options, in: nil)
    }
  }
}
