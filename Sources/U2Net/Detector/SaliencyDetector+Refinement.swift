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
    } catch let error where hostMayStandIn(after: error) {
      let pending = try beginMaps(pictures)
      report(.edges, because: "\(error)")
      return pending
    }
  }

  /// Sends pictures that the device cuts out; if it cannot, it refines their edges, and the host will estimate their
  /// colours.
  ///
  /// - Parameter includesMattes: whether their mattes are needed, too.
  func beginCuttingOut(_ pictures: [Picture], includesMattes: Bool) throws -> [Pending<[Detection]>] {
    let batches = batches(of: pictures)
    guard let pipeline = try running.onDevicePictures.pipeline, hasRoomToCutOut(batches, in: pipeline) else {
      return try beginRefining(pictures)
    }
    do {
      guard try refinesRightly(), try cutsOutRightly() else { return try beginRefining(pictures) }
      return try batches.map { batch in
        let pending = try pipeline.submitCuttingOut(batch, includesMattes: includesMattes)
        return Pending { try self.cutOut(batch, pending) }
      }
    } catch let error where hostMayStandIn(after: error) {
      let pending = try beginRefining(pictures)
      report(.colors, because: "\(error)")
      return pending
    }
  }

  private func cutOut(_ batch: [Picture], _ pending: PendingResults<[RefinedCutout]>) throws -> [Detection] {
    do {
      return try zip(batch, try pending.results()).map { picture, result in
        try detection(of: picture, result.map, result.matte, cutout: result.cutout)
      }
    } catch let error where hostMayStandIn(after: error) {
      let detections = try beginRefining(batch).flatMap { try $0.wait() }
      report(.colors, because: "\(error)")
      return detections
    }
  }

  private func refined(_ batch: [Picture], _ pending: PendingResults<[RefinedMatte]>) throws -> [Detection] {
    do {
      return try zip(batch, try pending.results()).map { try detection(of: $0, $1.map, $1.matte) }
    } catch let error where hostMayStandIn(after: error) {
      let detections = try beginMaps(of: batch).wait()
      report(.edges, because: "\(error)")
      return detections
    }
  }

  /// Whether memory is a likely cause and no batch is left to split. A lost device then fails again and is started
  /// anew.
  private func hostMayStandIn(after error: any Error) -> Bool { error.mayLackMemory && batch == 1 }

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

  /// Whether the device has memory for the mattes of every batch; reported if it has not.
  private func hasRoom(for batches: [[Picture]], in pipeline: PicturePipeline) -> Bool {
    let hasRoom = batches.allSatisfy { pipeline.hasRoom(for: $0) }
    if !hasRoom { report(.edges, because: "\(device.name) has no room for pictures so large") }
    return hasRoom
  }

  /// Whether the device has memory for the cut-outs of every batch; reported if it has memory for their mattes alone.
  private func hasRoomToCutOut(_ batches: [[Picture]], in pipeline: PicturePipeline) -> Bool {
    let hasRoom = batches.allSatisfy { pipeline.hasRoomToCutOut($0) }
    if !hasRoom, batches.allSatisfy({ pipeline.hasRoom(for: $0) }) {
      report(.colors, because: "\(device.name) has no room for the cut-outs of pictures so large")
    }
    return hasRoom
  }

  /// Reports once what the host does instead of the device, and why. Trap: after an error, report when the host's part
  /// has begun, because a lost device fails there, too.
  private func report(_ work: HostWork, because reason: String) {
    guard reportedHostWork.insert(work).inserted else { return }
    noticeHandler("\(reason); the host \(work.rawValue) instead")
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
