package import Pictures
package import Matting
import OpenCL
package import Tensors

// Mattes whose edges follow the picture's, by `GuidedUpsampling` on the device.
extension PicturePipeline {
  /// Like `submit`, for refined mattes.
  ///
  /// - Parameter pictures: at most `batch`. Pictures with transparency are composited over the background of
  ///   `preprocessing`.
  /// - Throws: `DeviceMemoryError`, `CLBuildError`, `CLError`.
  package func submitRefining(_ pictures: [Picture]) throws -> PendingResults<[RefinedMatte]> {
    let lane = try freeLane()
    try sendThroughNetwork(pictures, lane)
    let layout = layout(of: pictures)
    try refine(pictures, layout, lane)
    return try download(layout.byteCount, from: lane, as: layout.mattes)
  }

  /// The mattes for given maps. Waits for the device after each stage.
  ///
  /// - Parameters:
  ///   - maps: one for each picture, `[1, 1, height, width]` with the size of the network's first output.
  ///   - ended: called when the pictures are on the device, when the mattes are computed, and when they are on the
  ///     host.
  package func mattes(
    of maps: [Tensor], for pictures: [Picture], afterEach ended: (Stage) -> Void = { _ in }
  ) throws -> [AlphaMatte] {
    let lane = try freeLane()
    try upload(pictures, maps, lane)
    ended(.upload)
    let layout = layout(of: pictures)
    try refine(pictures, layout, lane)
    try departure.finish()
    ended(.render)
    let results = try download(layout.byteCount, from: lane, as: layout.mattes).results()
    ended(.download)
    return results.map(\.matte)
  }

  /// Copies pictures to the device, and maps instead of what the network would compute.
  func upload(_ pictures: [Picture], _ maps: [Tensor], _ lane: PictureLane) throws {
    precondition(maps.count == pictures.count, "\(maps.count) maps for \(pictures.count) pictures")
    try upload(pictures, lane)
    try arrival.finish()
    for (index, map) in maps.enumerated() {
      precondition(map.shape.size == mapSize, "a map of \(map.shape) where \(mapSize) is computed")
      try map.values.withUnsafeBytes { try departure.write($0, to: lane.maps, offset: index * $0.count) }
    }
  }

  /// Whether the device has memory for two batches of the pictures' samples and mattes besides the network. Drivers do
  /// not report free memory, so the limit is a quarter of all memory.
  package func hasRoom(for pictures: [Picture]) -> Bool {
    let device = departure.context.device
    let samples = PictureRegion.regions(of: pictures).last.map { $0.offset + $0.byteCount } ?? 0
    let mattes = layout(of: pictures).byteCount
    let cells = RefinementMemory.byteCount(of: mapSize.height * mapSize.width)
    return UInt64(max(samples, mattes)) <= device.maxAllocation
      && UInt64(Self.depth * (samples + mattes) + cells) <= device.globalMemory / 4
  }

  private func layout(of pictures: [Picture]) -> MatteLayout {
    MatteLayout(sizes: pictures.map(\.size), mapSize: mapSize)
  }

  /// Computes mattes from the lane's maps and samples, and copies the maps after them.
  private func refine(_ pictures: [Picture], _ layout: MatteLayout, _ lane: PictureLane) throws {
    let target = try lane.masks(byteCount: layout.byteCount)
    try refine(pictures, to: target, at: layout.offsets, lane)
    try departure.copy(
      lane.maps, offset: 0, to: target, targetOffset: layout.mapOffset, count: layout.mapBytes)
  }

  /// Computes mattes from the lane's maps and samples, each from its element of `target` on.
  func refine(_ pictures: [Picture], to target: Buffer, at elements: [Int], _ lane: PictureLane) throws {
    let (pixels, count) = (mapSize.height * mapSize.width, pictures.count)
    try outbound.ranges(of: lane.maps, count: pixels, parts: count, to: lane.mapRanges)
    for (index, region) in PictureRegion.regions(of: pictures).enumerated() {
      let map = MapRegion(maps: lane.maps, ranges: lane.mapRanges, size: mapSize, index: index, form: mapForm)
      try outbound.refine(
        map, with: guided, guide: region, in: lane.samples, over: preprocessing.background, to: target,
        at: elements[index], &refinement)
    }
  }
}
