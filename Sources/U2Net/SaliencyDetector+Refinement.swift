import DevicePictures
public import Images

extension SaliencyDetector {
  /// As `detect` where `Detection.matte(of:edges:background:)` will be asked for refined edges: the device refines them
  /// where it prepares pictures, and computes the saliency map alone.
  ///
  /// - Returns: a detection for each, in their order; all of it may be asked, the host does the rest.
  public func detectRefined(in pictures: [Picture]) throws(Failure) -> [Detection] {
    try recovering { detector in
      do {
        if let refined = try detector.refinedOnDevice(pictures) { return refined }
      } catch let error where error.mayLackMemory && detector.batch == 1 {
        // No batch is left to be made smaller. A device that is lost fails once more here, and is started anew.
        let detections = try detector.computed(pictures)
        detector.tellOfRoom("\(error)")
        return detections
      }
      return try detector.computed(pictures)
    }
  }

  /// Detections with what the device has refined; nil where the host does it.
  private func refinedOnDevice(_ pictures: [Picture]) throws -> [Detection]? {
    let batches = batches(of: pictures)
    guard let pipeline = try running.runner.pipeline, hasRoom(for: batches, in: pipeline), try refinesRightly() else {
      return nil
    }
    let pending = try batches.map { try pipeline.submitRefining($0) }
    let results = try pending.flatMap { try $0.results() }
    return try zip(pictures, results).map { try detection(of: $0, $1) }
  }

  /// Whether the device refines edges as the host does; it is told where it does not.
  private func refinesRightly() throws -> Bool {
    if let refinement, refinement.generation == generation { return refinement.isRight }
    let isRight = try running.runner.refinesAsHost()
    refinement = (generation, isRight)
    if !isRight { noticeHandler("\(device.name) refines edges wrongly; the host does it instead") }
    return isRight
  }

  /// Whether the device can hold each batch; it is told where it cannot.
  private func hasRoom(for batches: [[Picture]], in pipeline: PicturePipeline) -> Bool {
    let hasRoom = batches.allSatisfy { pipeline.hasRoom(for: $0) }
    if !hasRoom { tellOfRoom("\(device.name) has no room for pictures so large") }
    return hasRoom
  }

  /// Tells once why the host refines edges.
  private func tellOfRoom(_ reason: String) {
    guard !hasToldOfRoom else { return }
    hasToldOfRoom = true
    noticeHandler("\(reason); the host refines their edges instead")
  }

  private func detection(of picture: Picture, _ result: PendingMattes.Result) throws -> Detection {
    Detection(
      maps: try running.network.graph.maps([result.map]), pictureSize: picture.size, profile: model.profile,
      resampling: preprocessing.mapResampling,
      refined: Detection.Refined(matte: result.matte, background: preprocessing.background))
  }
}
