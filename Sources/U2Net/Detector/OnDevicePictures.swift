import DevicePictures
import Engine
import Pictures
import Networks
import OpenCL

/// The device's own way with pictures, from their samples to masks or mattes, where there is one.
struct OnDevicePictures {
  /// What users should know of it.
  let notes: [String]
  private let session: DeviceSession?
  /// Nil where the host prepares pictures.
  let pipeline: PicturePipeline?

  init(
    _ network: CompiledNetwork, _ profile: ModelProfile, _ preprocessing: Preprocessing,
    _ way: SaliencyDetector.PreprocessingLocation
  ) throws {
    session = network.session
    (pipeline, notes) = try Self.pipeline(network, profile, preprocessing, way)
  }

  /// The device's own way, where that is wanted, where there is one channel to make a mask of what stands out of, and
  /// where it is right.
  private static func pipeline(
    _ network: CompiledNetwork, _ profile: ModelProfile, _ preprocessing: Preprocessing,
    _ way: SaliencyDetector.PreprocessingLocation
  ) throws -> (PicturePipeline?, notes: [String]) {
    guard way == .device, profile.task == .saliency, let executor = network.executor, let session = network.session,
      executor.firstOutputShape.rank == 4, executor.firstOutputShape.channels == 1
    else { return (nil, []) }
    let reason: String
    do {
      let pipeline = try PicturePipeline(executor: executor, session: session, preprocessing: preprocessing)
      if try pipeline.agreesWithHost() { return (pipeline, []) }
      reason = "resizes pictures wrongly"
    } catch let error as CLBuildError {
      reason = "does not build the kernels for pictures ('\(error.program)')"
    } catch let error as CLError where [.invalidWorkGroupSize, .outOfResources].contains(error.status) {
      reason = "does not run the kernels for pictures (\(error.status))"
    }
    return (nil, ["\(session.device.name) \(reason); the host does it instead"])
  }

  /// Whether the device refines edges as the host does, which is found out once for a device, a driver and this program's
  /// kernels: what passed is remembered.
  func refinesAsHost() throws -> Bool {
    guard let pipeline, let session else { return false }
    var journal = session.journal(of: "refinement")
    if journal.lines.last == "right" { return true }
    do {
      guard try pipeline.refinesAsHost() else { return false }
    } catch is CLBuildError {
      return false
    }
    journal.append("right")
    return true
  }
}
