public import CLibraryHeader
import Matting
import Pictures
import Tensors
import U2Net

/// See `u2cl.h`.
@c @implementation
public func u2cl_detection_mask(
  _ detection: OpaquePointer?, _ mask: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(mask)
    let object = try Handles.shared.object(detection, DetectionObject.self)
    give(PictureObject(.mask(try object.mask())), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detection_matte(
  _ detection: OpaquePointer?, _ edges: u2cl_edges, _ background: u2cl_color,
  _ matte: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(matte)
    let object = try Handles.shared.object(detection, DetectionObject.self)
    let edges = try edges.choice() ?? .refined
    let background = try readColor(background, "background") ?? .white
    let made = try object.whole(for: "a matte").matte(of: object.picture, edges: edges, background: background)
    give(PictureObject(.matte(made)), to: target)
  }
}

extension u2cl_edges {
  /// The edges of an enumerator; nil for the default.
  func choice() throws -> Edges? { try readChoice(self, "edges", [nil, .interpolated, .refined, .matted]) }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detection_labels(
  _ detection: OpaquePointer?, _ labels: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(labels)
    let whole = try Handles.shared.object(detection, DetectionObject.self).whole(for: "a map of labels")
    guard let map = try whole.labels() else {
      throw CallError.usage("the model's task is \(whole.profile.task); only parsing has labels")
    }
    give(PictureObject(.mask(Mask(size: map.size, pixels: map.labels))), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detection_map_count(_ detection: OpaquePointer?, _ count: UnsafeMutablePointer<Int>?) -> u2cl_status {
  call(.nothing) {
    count?.pointee = 0
    let object = try Handles.shared.object(detection, DetectionObject.self)
    try place(for: "the count", count).pointee = object.maps.count
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detection_map(
  _ detection: OpaquePointer?, _ index: Int, _ map: UnsafeMutablePointer<u2cl_map>?
) -> u2cl_status {
  call(.nothing) {
    let maps = try Handles.shared.object(detection, DetectionObject.self).maps
    let map = try place(for: "the map", map)
    try u2cl_map.check(map)
    guard maps.indices.contains(index) else {
      throw CallError.usage("there is no map \(UInt(bitPattern: index)); there are \(maps.count)")
    }
    let (found, shape) = (maps[index], maps[index].values.shape)
    map.pointee.name = MapName.pointer(to: found.name)
    map.pointee.values = found.values.values.address
    (map.pointee.channels, map.pointee.height, map.pointee.width) = (shape.channels, shape.height, shape.width)
    map.pointee.are_probabilities = found.areProbabilities ? 1 : 0
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detection_confidence(
  _ detection: OpaquePointer?, _ confidence: UnsafeMutablePointer<u2cl_confidence>?
) -> u2cl_status {
  call(.nothing) {
    let found = try Handles.shared.object(detection, DetectionObject.self).confidence
    let confidence = try place(for: "the confidence", confidence)
    let size = try u2cl_confidence.check(confidence)
    confidence.pointee = u2cl_confidence(
      struct_size: size, is_known: found == nil ? 0 : 1, stands_out: found?.standsOut == true ? 1 : 0,
      maximum: found?.maximum ?? 0, minimum: found?.minimum ?? 0, area: found?.area ?? 0)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detection_release(_ detection: OpaquePointer?) -> u2cl_status {
  release(detection, DetectionObject.self)
}
