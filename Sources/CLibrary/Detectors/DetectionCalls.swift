public import CLibraryHeader
import Pictures

/// The most pictures of a call.
private let mostPictures = 65536

/// Starts the detection of a caller's pictures.
private func begin(
  _ detector: OpaquePointer?, _ pictures: UnsafePointer<OpaquePointer?>?, _ count: Int,
  _ options: UnsafePointer<u2cl_detect_options>?
) throws -> PendingObject {
  let detector = try Handles.shared.object(detector, DetectorObject.self)
  let options = try u2cl_detect_options.read(options)
  let output = try readChoice(options.output, "output", DetectionOutput.allCases)
  guard let pictures else { throw CallError.usage("the pictures are NULL") }
  try checkCount(count, of: "pictures", atMost: mostPictures)
  let inputs = try (0..<count).map { try Handles.shared.object(pictures[$0], PictureObject.self).picture() }
  return try PendingObject(detector, inputs, output, Progress(options.progress, options.progress_context))
}

/// Waits for detections and gives all of them handles.
private func finish(_ pending: PendingObject, _ detections: UnsafeMutablePointer<OpaquePointer?>) throws {
  for (index, detection) in try pending.wait().enumerated() { give(detection, to: detections + index) }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detector_detect(
  _ detector: OpaquePointer?, _ pictures: UnsafePointer<OpaquePointer?>?, _ count: Int,
  _ options: UnsafePointer<u2cl_detect_options>?, _ detections: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call(.drivers) {
    let detections = try place(for: "the detections", detections)
    if (1...mostPictures).contains(count) { for index in 0..<count { detections[index] = nil } }
    try finish(begin(detector, pictures, count, options), detections)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_detector_submit(
  _ detector: OpaquePointer?, _ pictures: UnsafePointer<OpaquePointer?>?, _ count: Int,
  _ options: UnsafePointer<u2cl_detect_options>?, _ pending: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call(.drivers) {
    let target = try output(pending)
    give(try begin(detector, pictures, count, options), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_pending_wait(
  _ pending: OpaquePointer?, _ detections: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int
) -> u2cl_status {
  call(.drivers) {
    let object = try Handles.shared.object(pending, PendingObject.self)
    let detections = try place(for: "the detections", detections)
    guard count == object.count else {
      throw CallError.usage("the pending has \(object.count) pictures, not \(UInt(bitPattern: count))")
    }
    for index in 0..<count { detections[index] = nil }
    try finish(object, detections)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_pending_cancel(_ pending: OpaquePointer?) -> u2cl_status {
  call(.nothing) { try Handles.shared.object(pending, PendingObject.self).cancel() }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_pending_release(_ pending: OpaquePointer?) -> u2cl_status { release(pending, PendingObject.self) }
