import DevicePictures
import Pictures

/// Edges refined on the device.
extension SaliencyDetector {
  /// Batches whose edges the device refines; nil where the host does.
  func beginRefining(_ batches: [[Picture]]) throws -> [() throws -> [Detection]]? {
    guard let pipeline = try running.onDevicePictures.pipeline, hasRoom(for: batches, in: pipeline) else { return nil }
    do {
      guard try refinesRightly() else { return nil }
      return try batches.map { batch in
        let pending = try pipeline.submitRefining(batch)
        return { try self.refined(batch, pending) }
      }
    } catch let error where hostMayRefine(after: error) {
      tellOfRoom("\(error)")
      return nil
    }
  }

  private func refined(_ batch: [Picture], _ pending: PendingResults<[RefinedMatte]>) throws -> [Detection] {
    do {
      return try zip(batch, try pending.results()).map { try detection(of: $0, $1) }
    } catch let error where hostMayRefine(after: error) {
      let detections = try beginMaps(of: batch)()
      tellOfRoom("\(error)")
      return detections
    }
  }

  /// No batch is left to be made smaller. A device that is lost fails once more then, and is started anew.
  private func hostMayRefine(after error: any Error) -> Bool { error.mayLackMemory && batch == 1 }

  /// Whether the device refines edges as the host does; it is told where it does not.
  private func refinesRightly() throws -> Bool {
    if let refinement, refinement.generation == generation { return refinement.isRight }
    let isRight = try running.onDevicePictures.refinesAsHost()
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

  private func detection(of picture: Picture, _ result: RefinedMatte) throws -> Detection {
    Detection(
      maps: try running.network.graph.maps([result.map]), pictureSize: picture.size, profile: model.profile,
      resampling: preprocessing.mapResampling,
      refined: Detection.Refined(matte: result.matte, background: preprocessing.background))
  }
}
