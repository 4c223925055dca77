public import CLibraryHeader
import Pictures

/// See `u2cl.h`.
@c @implementation
public func u2cl_detection_compose(
  _ detection: OpaquePointer?, _ composition: UnsafePointer<u2cl_composition>?,
  _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(result)
    let object = try Handles.shared.object(detection, DetectionObject.self)
    give(try CompositionRequest(.read(composition)).result(of: object), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_picture_compose(
  _ picture: OpaquePointer?, _ mask: OpaquePointer?, _ composition: UnsafePointer<u2cl_composition>?,
  _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(result)
    let picture = try Handles.shared.object(picture, PictureObject.self).picture()
    let mask = try Handles.shared.object(mask, PictureObject.self)
    give(try CompositionRequest(.read(composition)).result(of: picture, mask), to: target)
  }
}
