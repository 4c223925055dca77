import DevicePictures
import Engine
import Images
import Networks
import OpenCL
import Tensors

/// Makes masks of batches, on the device from end to end or with the host's resizing.
struct MaskRunner {
  /// What users should know of it.
  let notes: [String]
  private let network: CompiledNetwork
  private let profile: ModelProfile
  private let preprocessing: Preprocessing
  /// The device's own way; nil where the host prepares pictures.
  let pipeline: PicturePipeline?

  init(
    _ network: CompiledNetwork, _ profile: ModelProfile, _ preprocessing: Preprocessing,
    _ way: SaliencyDetector.PictureWay
  ) throws {
    self.network = network
    self.profile = profile
    self.preprocessing = preprocessing
    (pipeline, notes) = try Self.pipeline(network, profile, preprocessing, way)
  }

  /// The device's own way, where that is wanted, where there is one channel to make a mask of what stands out of, and
  /// where it is right.
  private static func pipeline(
    _ network: CompiledNetwork, _ profile: ModelProfile, _ preprocessing: Preprocessing,
    _ way: SaliencyDetector.PictureWay
  ) throws -> (PicturePipeline?, notes: [String]) {
    guard way == .device, profile.task == .saliency, let executor = network.executor, let session = network.session,
      executor.firstOutputShape.rank == 4, executor.firstOutputShape.channels == 1
    else { return (nil, []) }
    let pipeline = try PicturePipeline(executor: executor, session: session, preprocessing: preprocessing)
    if try pipeline.agreesWithHost() { return (pipeline, []) }
    return (nil, ["\(session.device.name) resizes pictures wrongly; the host does it instead"])
  }

  /// Whether the device refines edges as the host does, which is found out once for a device, a driver and this program's
  /// kernels: what passed is remembered.
  func refinesAsHost() throws -> Bool {
    guard let pipeline, let session = network.session else { return false }
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

  /// Begins a batch; what is returned waits for its masks.
  func submit(_ pictures: [Picture]) throws -> () throws -> [Mask] {
    if let pipeline {
      let pending = try pipeline.submit(pictures)
      return { try pending.masks() }
    }
    let (network, profile, preprocessing) = (network, profile, preprocessing)
    return {
      let outputs = try network.run(batch: pictures, preprocessing: preprocessing)
      return try pictures.enumerated().map { index, picture in
        try Detection(
          maps: network.graph.maps(outputs.prefix(1).map { $0.image(index) }), pictureSize: picture.size,
          profile: profile, resampling: preprocessing.mapResampling
        ).mask()
      }
    }
  }
}

extension CompiledNetwork {
  /// The outputs of at most as many pictures as a batch has; what is left of it is zeros.
  func run(batch pictures: [Picture], preprocessing: Preprocessing) throws -> [Tensor] {
    let shape = graph.inputShape
    let one = shape.elementCount / shape.batch
    let input = Tensor(shape: shape) { values in
      for (index, picture) in pictures.enumerated() {
        preprocessing.fill(UnsafeMutableBufferPointer(rebasing: values[index * one..<(index + 1) * one]), from: picture)
      }
      values[(pictures.count * one)...].update(repeating: 0)
    }
    return try run(input)
  }
}
