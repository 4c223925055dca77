import DevicePictures
import Matting
import Pictures
import Tensors

/// Edges refined on the device.
extension SaliencyDetector {
  /// Sends pictures whose edges the device refines; if it cannot, the host will refine the edges of their maps.
  func beginRefining(_ pictures: [Picture]) throws -> [Pending<[Detection]>] {
    let batches = batches(of: pictures)
    guard let pipeline = try running.onDevicePictures.pipeline, hasRoom(for: batches, in: pipeline) else {
      return try beginMaps(pictures)
    }
    do {
      guard try refinesRightly() else { return try beginMaps(pictures) }
      return try batches.map { batch in
        let pending = try pipeline.submitRefining(batch)
        return Pending { try self.refined(batch, pending) }
      }
    } catch let error where hostMayRefine(after: error) {
      reportHostRefinement("\(error)")
      return try beginMaps(pictures)
    }
  }

  /// Sends pictures that the device cuts out; if it cannot, their edges are refined alone.
  ///
  /// - Parameter includesMattes: whether their mattes are needed, too.
  func beginCuttingOut(_ pictures: [Picture], includesMattes: Bool) throws -> [Pending<[Detection]>] {
    let batches = batches(of: pictures)
    guard let pipeline = try running.onDevicePictures.pipeline, try refinesRightly(), try cutsOutRightly(),
      batches.allSatisfy(pipeline.hasRoomToCutOut)
    else { return try beginRefining(pictures) }
    do {
      return try batches.map { batch in
        let pending = try pipeline.submitCuttingOut(batch, includesMattes: includesMattes)
        return Pending { try self.cutOut(batch, pending) }
      }
    } catch let error where hostMayRefine(after: error) {
      reportHostRefinement("\(error)")
      return try beginMaps(pictures)
    }
  }

  private func cutOut(_ batch: [Picture], _ pending: PendingResults<[RefinedCutout]>) throws -> [Detection] {
    do {
      return try zip(batch, try pending.results()).map { picture, result in
        try detection(of: picture, result.map, result.matte, cutout: result.cutout)
      }
    } catch let error where hostMayRefine(after: error) {
      let detections = try beginMaps(of: batch).wait()
      reportHostRefinement("\(error)")
      return detections
    }
  }

  private func refined(_ batch: [Picture], _ pending: PendingResults<[RefinedMatte]>) throws -> [Detection] {
    do {
      return try zip(batch, try pending.results()).map { try detection(of: $0, $1.map, $1.matte) }
    } catch let error where hostMayRefine(after: error) {
      let detections = try beginMaps(of: batch).wait()
      reportHostRefinement("\(error)")
      return detections
    }
  }

  /// Whether memory is a likely cause and no batch is left to split. A lost device then fails again and is started
  /// anew.
  private func hostMayRefine(after error: any Error) -> Bool { error.mayLackMemory && batch == 1 }

  /// Whether the device refines edges as the host does; tested once for each compilation, and reported if it does not.
  private func refinesRightly() throws -> Bool {
    if let refinement, refinement.generation == generation { return refinement.isRight }
    let isRight = try running.onDevicePictures.refinesAsHost()
    refinement = (generation, isRight)
    if !isRight { noticeHandler("\(device.name) refines edges wrongly; the host does it instead") }
    return isRight
  }

  /// Whether the device estimates the colours of cut-outs as the host does; tested and reported in the same way.
  private func cutsOutRightly() throws -> Bool {
    if let foreground, foreground.generation == generation { return foreground.isRight }
    let isRight = try running.onDevicePictures.cutsOutAsHost()
    foreground = (generation, isRight)
    if !isRight { noticeHandler("\(device.name) estimates foreground colours wrongly; the host does it instead") }
    return isRight
  }

  /// Whether the device has memory for every batch; reported if it has not.
  private func hasRoom(for batches: [[Picture]], in pipeline: PicturePipeline) -> Bool {
    let hasRoom = batches.allSatisfy { pipeline.hasRoom(for: $0) }
    if !hasRoom { reportHostRefinement("\(device.name) has no room for pictures so large") }
    return hasRoom
  }

  /// Reports once why the host refines edges.
  private func reportHostRefinement(_ reason: String) {
    guard !hasReportedRefinement else { return }
    hasReportedRefinement = true
    noticeHandler("\(reason); the host refines their edges instead")
  }

  private func detection(
    of picture: Picture, _ map: Tensor, _ matte: AlphaMatte?, cutout: Picture? = nil
  ) throws -> Detection {
    try Detection(
      maps: try running.network.graph.maps([map]), pictureSize: picture.size, profile: model.profile,
      resampling: preprocessing.mapResampling, normalization: preprocessing.mapNormalization,
      refined: Detection.Refined(matte: matte, cutout: cutout, background: preprocessing.background))
  }
}
