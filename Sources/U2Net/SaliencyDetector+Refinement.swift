import DevicePictures
public import Images

extension SaliencyDetector {
  /// As `detect` where `Detection.matte(of:edges:background:)` will be asked for refined edges: the device refines them
  /// where it prepares pictures, and computes the saliency map alone.
  ///
  /// - Returns: a detection for each, in their order; all of it may be asked, the host does the rest.
  public func detectRefined(in pictures: [Picture]) throws(Failure) -> [Detection] {
    try recovering { detector in
      let batches = detector.batches(of: pictures)
      guard let pipeline = try detector.refiningPipeline(), try detector.hasRoom(for: batches, in: pipeline) else {
        return try detector.computed(pictures)
      }
      let pending = try batches.map { try pipeline.submitRefining($0) }
      let results = try pending.flatMap { try $0.results() }
      return try zip(pictures, results).map { try detector.detection(of: $0, $1) }
    }
  }

  /// What refines edges on the device, where that is found to be right; it is told where it is not.
  private func refiningPipeline() throws -> PicturePipeline? {
    let runner = try running.runner
    guard let pipeline = runner.pipeline else { return nil }
    if let refinement, refinement.generation == generation { return refinement.isRight ? pipeline : nil }
    let isRight = try runner.refinesAsHost()
    refinement = (generation, isRight)
    if !isRight { noticeHandler("\(device.name) refines edges wrongly; the host does it instead") }
    return isRight ? pipeline : nil
  }

  /// Whether the device can hold each batch; it is told once where it cannot.
  private func hasRoom(for batches: [[Picture]], in pipeline: PicturePipeline) throws -> Bool {
    let hasRoom = batches.allSatisfy { pipeline.hasRoom(for: $0) }
    if !hasRoom, !hasToldOfRoom {
      hasToldOfRoom = true
      noticeHandler("\(device.name) has no room to refine the edges of pictures so large; the host does it instead")
    }
    return hasRoom
  }

  private func detection(of picture: Picture, _ result: PendingMattes.Result) throws -> Detection {
    Detection(
      maps: try running.network.graph.maps([result.map]), pictureSize: picture.size, profile: model.profile,
      resampling: preprocessing.resampling,
      refined: Detection.Refined(matte: result.matte, background: preprocessing.background))
  }
}
