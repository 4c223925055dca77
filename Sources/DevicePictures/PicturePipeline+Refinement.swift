package import Pictures
package import Matting
import OpenCL
package import Tensors

/// Mattes whose edges follow the picture's: `GuidedUpsampling` on the device, with the samples that are there already.
extension PicturePipeline {
  /// As `submit`, for mattes.
  ///
  /// - Parameter pictures: at most `batch`; transparency is laid over the background of `preprocessing`.
  package func submitRefining(_ pictures: [Picture]) throws -> PendingResults<[RefinedMatte]> {
    let lane = try freeLane()
    try sendThroughNetwork(pictures, lane)
    let layout = layout(of: pictures)
    try refine(pictures, layout, lane)
    return try download(layout.byteCount, from: lane, as: layout.mattes)
  }

  /// The mattes of given maps, stage by stage; the device is waited for after each.
  ///
  /// - Parameters:
  ///   - maps: `[1, 1, height, width]`, one for each picture, of the size of the network's first output.
  ///   - ended: is called when the pictures are on the device, when the mattes are made, and when they are on the host.
  package func mattes(
    of maps: [Tensor], for pictures: [Picture], afterEach ended: (Stage) -> Void = { _ in }
  ) throws -> [AlphaMatte] {
    precondition(maps.count == pictures.count, "\(maps.count) maps for \(pictures.count) pictures")
    let lane = try freeLane()
    try upload(pictures, lane)
    try arrival.finish()
    ended(.upload)
    for (index, map) in maps.enumerated() {
      precondition(map.shape.size == mapSize, "a map of \(map.shape) where \(mapSize) is computed")
      try map.values.withUnsafeBytes { try departure.write($0, to: lane.maps, offset: index * $0.count) }
    }
    let layout = layout(of: pictures)
    try refine(pictures, layout, lane)
    try departure.finish()
    ended(.render)
    let results = try download(layout.byteCount, from: lane, as: layout.mattes).results()
    ended(.download)
    return results.map(\.matte)
  }

  /// Whether the device has room for the samples and the mattes of pictures, twice, besides the network: a driver does
  /// not say how much is left, so this is a quarter of its memory.
  package func hasRoom(for pictures: [Picture]) -> Bool {
    let device = departure.context.device
    let samples = PicturePlace.places(of: pictures).last.map { $0.offset + $0.byteCount } ?? 0
    let mattes = layout(of: pictures).byteCount
    let cells = RefinementMemory.byteCount(of: mapSize.height * mapSize.width)
    return UInt64(max(samples, mattes)) <= device.maxAllocation
      && UInt64(Self.depth * (samples + mattes) + cells) <= device.globalMemory / 4
  }

  private func layout(of pictures: [Picture]) -> MatteLayout {
    MatteLayout(sizes: pictures.map(\.size), mapSize: mapSize)
  }

  /// Makes mattes of the lane's maps and samples, and lays the maps behind them.
  private func refine(_ pictures: [Picture], _ layout: MatteLayout, _ lane: PictureLane) throws {
    let (pixels, count) = (mapSize.height * mapSize.width, pictures.count)
    try outbound.ranges(of: lane.maps, count: pixels, parts: count, to: lane.mapRanges)
    let target = try lane.masks(byteCount: layout.byteCount)
    for (index, place) in PicturePlace.places(of: pictures).enumerated() {
      let map = MapPlace(maps: lane.maps, ranges: lane.mapRanges, size: mapSize, index: index)
      try outbound.refine(
        map, with: guided, guide: place, in: lane.samples, over: preprocessing.background, to: target,
        at: layout.offsets[index], &refinement)
    }
    try departure.copy(
      lane.maps, offset: 0, to: target, targetOffset: layout.mapOffset, count: layout.mapBytes)
  }
}
