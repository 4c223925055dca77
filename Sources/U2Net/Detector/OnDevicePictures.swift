package import DevicePictures
import Engine
package import Pictures
import Networks
import OpenCL

/// The device's pipeline from the samples of pictures to masks or mattes, if there is one.
package struct OnDevicePictures {
  /// What the user should know about it; one line each.
  let notes: [String]
  private let session: DeviceSession?
  /// The record of a device that passed.
  private static let passed = "right"
  /// Nil if the host prepares pictures.
  package let pipeline: PicturePipeline?

  package init(
    _ network: CompiledNetwork, _ profile: ModelProfile, _ preprocessing: Preprocessing,
    _ location: SaliencyDetector.PreprocessingLocation
  ) throws {
    session = network.session
    (pipeline, notes) = try Self.pipeline(network, profile, preprocessing, location)
  }

  /// The device's pipeline, if the device is the requested location, the model has one channel for a mask of what
  /// stands out, and the device computes what the host computes.
  private static func pipeline(
    _ network: CompiledNetwork, _ profile: ModelProfile, _ preprocessing: Preprocessing,
    _ location: SaliencyDetector.PreprocessingLocation
  ) throws -> (PicturePipeline?, notes: [String]) {
    guard location == .device, profile.task == .saliency, let executor = network.executor,
      let session = network.session,
      executor.firstOutputShape.rank == 4, executor.firstOutputShape.channels == 1
    else { return (nil, []) }
    let reason: String
    do {
      let pipeline = try PicturePipeline(
        executor: executor, session: session, preprocessing: preprocessing,
        areProbabilities: network.graph.computesProbabilities)
      if try pipeline.agreesWithHost() { return (pipeline, []) }
      reason = "resizes pictures wrongly"
    } catch let error as CLBuildError {
      reason = "does not build the kernels for pictures ('\(error.program)')"
    } catch let error as CLError where [.invalidWorkGroupSize, .outOfResources].contains(error.status) {
      reason = "does not run the kernels for pictures (\(error.status))"
    }
    return (nil, ["\(session.device.name) \(reason); the host does it instead"])
  }

  /// Whether the device refines edges as the host does. A pass is recorded for the device, its driver and this
  /// program's kernels, and is not tested again.
  func refinesAsHost() throws -> Bool {
    try passes("refinement") { try $0.refinesAsHost() }
  }

  /// Whether the device estimates the colours of cut-outs as the host does; recorded in the same way.
  func cutsOutAsHost() throws -> Bool {
    try passes("foreground") { try $0.cutsOutAsHost() }
  }

  private func passes(_ subject: String, _ test: (PicturePipeline) throws -> Bool) throws -> Bool {
    guard let pipeline, let session else { return false }
    var journal = session.journal(of: subject)
    if journal.lines.last == Self.passed { return true }
    do {
      guard try test(pipeline) else { return false }
    } catch is CLBuildError {
      return false
    }
    journal.append(Self.passed)
    return true
  }
}
