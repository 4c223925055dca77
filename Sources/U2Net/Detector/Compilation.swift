import Engine
import Pictures
import Networks
import OpenCL
import Tensors

/// Compiles a model for a device, or for another device if one may stand in.
struct Compilation {
  let model: Model
  let preprocessing: Preprocessing
  let options: CompilationOptions
  /// Where pictures become the network's input; nil for what suits the device.
  let location: SaliencyDetector.PreprocessingLocation?

  struct Result {
    let network: CompiledNetwork
    /// How the device prepares pictures and makes masks.
    let onDevicePictures: OnDevicePictures
    /// The device, and the devices that may stand in for it.
    let choice: DeviceChoice
    /// The number of pictures that are computed at once.
    let batch: Int
    /// What the user should know; one line each.
    let notes: [String]
  }

  /// Compiles the model with ever smaller batches if the device runs out of memory; then, if another device may stand
  /// in, for the next one, and for the CPU reference last.
  func run(on choice: DeviceChoice, batch: Int, mayFallBack: Bool) throws(Failure) -> Result {
    var notes: [String] = []
    return try choice.running(mayFallBack: mayFallBack) { choice in
      do { return try result(on: choice, batch, &notes) } catch let error as ReferenceAnswers {
        return try result(on: choice.reference(error), batch, &notes)
      }
    }
  }

  /// Compiles for one device, halving the batch until the device has room for it.
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
    let location = choice.device == .reference ? .host : location ?? suitable
    let onDevicePictures = try OnDevicePictures(network, model.profile, preprocessing, location)
    return Result(
      network: network, onDevicePictures: onDevicePictures, choice: choice, batch: batch,
      notes: notes + network.notes + onDevicePictures.notes)
  }
}

extension Error {
  /// Whether the device probably ran out of memory.
  var mayLackMemory: Bool {
    if self is DeviceMemoryError { return true }
    return (self as? CLError)?.status.mayLackMemory ?? false
  }
}

extension CompiledNetwork {
  /// A failure of the device, with the memory that the network needs there.
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
  /// Compiles a model for an input of a shape.
  ///
  /// - Throws: `Failure` if the device computes something else than the reference, and whatever compiling throws.
  package func compile(_ model: Model, for input: Shape, _ options: CompilationOptions) throws -> CompiledNetwork {
    switch backend {
    case .openCL(let device):
      return try DeviceTrial(device: device, options: options).compile(model, for: input)
    case .reference:
      return try CompiledNetwork(model, for: input, options, in: nil)
    }
  }
}
