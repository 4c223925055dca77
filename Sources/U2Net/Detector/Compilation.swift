import Engine
import Pictures
import Networks
import OpenCL
import Tensors

/// Compiles a model for what a device can hold, or for another device where that may stand in.
struct Compilation {
  let model: Model
  let preprocessing: Preprocessing
  let options: CompilationOptions
  /// Where pictures are made inputs; nil for what suits the device.
  let way: SaliencyDetector.PreprocessingLocation?

  struct Result {
    let network: CompiledNetwork
    /// What the device does with pictures besides.
    let onDevicePictures: OnDevicePictures
    /// The device, and what stands in for it.
    let choice: DeviceChoice
    /// Pictures at once.
    let batch: Int
    /// What users should know, each in one line.
    let notes: [String]
  }

  /// Compiles; with ever smaller batches where the device has no room, then, where others may stand in, for the next
  /// device, and for the CPU reference last.
  func run(on choice: DeviceChoice, batch: Int, mayFallBack: Bool) throws(Failure) -> Result {
    var notes: [String] = []
    return try choice.running(mayFallBack: mayFallBack) { choice in try result(on: choice, batch, &notes) }
  }

  /// On one device, with the largest of the batch's halves that it has room for.
  private func result(on choice: DeviceChoice, _ batch: Int, _ notes: inout [String]) throws -> Result {
    var size = batch
    while true {
      do { return try result(on: choice, size, notes) } catch {
        guard error.mayLackMemory, size > 1 else { throw error }
        size /= 2
        notes.append("\(Failure(error)); using batches of \(size)")
      }
    }
  }

  private func result(on choice: DeviceChoice, _ batch: Int, _ notes: [String]) throws -> Result {
    let size = preprocessing.size
    let shape = Shape(batch: batch, channels: 3, height: size.height, width: size.width)
    let network = try choice.device.compile(model, for: shape, options)
    let suitable = SaliencyDetector.PreprocessingLocation(on: choice.device)
    let way = choice.device == .reference ? .host : way ?? suitable
    let onDevicePictures = try OnDevicePictures(network, model.profile, preprocessing, way)
    return Result(
      network: network, onDevicePictures: onDevicePictures, choice: choice, batch: batch,
      notes: notes + network.notes + onDevicePictures.notes)
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
      return try DeviceTrial(device: device, options: options).compile(model, for: input)
    case .reference:
      return try CompiledNetwork(model, for: input, options, in: nil)
    }
  }
}
