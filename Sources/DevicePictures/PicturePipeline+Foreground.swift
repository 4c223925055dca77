import Matting
package import Pictures
import OpenCL
package import Tensors

// Cut-outs with the foreground's own colours, by `GuidedUpsampling` and `ForegroundEstimation` on the device.
extension PicturePipeline {
  /// Like `submitRefining`, for cut-outs.
  ///
  /// - Parameters:
  ///   - pictures: at most `batch`. The mattes of pictures with transparency are made as by `submitRefining`.
  ///   - includesMattes: whether the mattes are copied to the host, too.
  /// - Throws: `DeviceMemoryError`, `CLBuildError`, `CLError`.
  package func submitCuttingOut(
    _ pictures: [Picture], includesMattes: Bool
  ) throws -> PendingResults<[RefinedCutout]> {
    let lane = try freeLane()
    try sendThroughNetwork(pictures, lane)
    return try cutOut(pictures, CutoutLayout(pictures, mapSize: mapSize, includesMattes: includesMattes), lane)
  }

  /// The cut-outs for given maps.
  ///
  /// - Parameters:
  ///   - maps: one for each picture, `[1, 1, height, width]` with the size of the network's first output.
  ///   - includesMattes: whether the mattes are copied to the host, too.
  package func cutouts(
    of maps: [Tensor], for pictures: [Picture], includesMattes: Bool = true
  ) throws -> [RefinedCutout] {
    let lane = try freeLane()
    try upload(pictures, maps, lane)
    let layout = CutoutLayout(pictures, mapSize: mapSize, includesMattes: includesMattes)
    return try cutOut(pictures, layout, lane).results()
  }

  /// Whether the device has memory for two batches of the pictures' samples, mattes and cut-outs besides the network.
  package func hasRoomToCutOut(_ pictures: [Picture]) -> Bool {
    let device = departure.context.device
    let samples = PictureRegion.regions(of: pictures).last.map { $0.offset + $0.byteCount } ?? 0
    let results = CutoutLayout(pictures, mapSize: mapSize, includesMattes: true).byteCount
    let parts = ForegroundMemory.byteCounts(of: pictures.map(\.size), on: device)
    let cells = RefinementMemory.byteCount(of: mapSize.height * mapSize.width)
    return UInt64(max(samples, results, parts.max() ?? 0)) <= device.maxAllocation
      && UInt64(Self.depth * (samples + results) + cells + parts.reduce(0, +)) <= device.globalMemory / 4
  }

  private func cutOut(
    _ pictures: [Picture], _ layout: CutoutLayout, _ lane: PictureLane
  ) throws -> PendingResults<[RefinedCutout]> {
    let target = try lane.masks(byteCount: layout.byteCount)
    let elements = pictures.indices.map(layout.matteElement)
    try refine(pictures, to: target, at: elements, lane)
    let regions = PictureRegion.regions(of: pictures).enumerated().map { index, region in
      MattedRegion(
        picture: region, samples: lane.samples, mattes: target, element: elements[index], index: index)
    }
    try outbound.cutOut(regions, with: ForegroundEstimation(), to: target, at: layout.offsets, &foreground)
    try departure.copy(lane.maps, offset: 0, to: target, targetOffset: layout.mapOffset, count: layout.mapBytes)
    return try download(layout.hostByteCount, from: lane, as: layout.cutouts)
  }
}
