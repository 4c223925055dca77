public import CLibraryHeader
import JSON

/// Bytes that a caller may read: an encoded picture, or a text with a NUL at its end.
final class BufferObject: Sendable {
  let bytes: [UInt8]
  /// The number of bytes without the NUL of a text.
  let count: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    count = bytes.count
  }

  /// A text of one line.
  init(json value: some Encodable) throws {
    let text = try JSON.encode(value)
    bytes = text + [0]
    count = text.count
  }
}

/// Writes a text to where the caller wants it, which may be nowhere.
func give(json value: some Encodable, to target: UnsafeMutablePointer<OpaquePointer?>?) throws {
  guard let target else { return }
  give(try BufferObject(json: value), to: target)
}

extension Array {
  /// Where the elements lie. Trap: the pointer is valid as long as the array's storage, so an object has to hold the
  /// array and never change it. Storage does not move, and copies of the array share it.
  var address: UnsafePointer<Element>? { withUnsafeBufferPointer { $0.baseAddress } }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_buffer_bytes(
  _ buffer: OpaquePointer?, _ bytes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ size: UnsafeMutablePointer<Int>?
) -> u2cl_status {
  call(.nothing) {
    bytes?.pointee = nil
    size?.pointee = 0
    let object = try Handles.shared.object(buffer, BufferObject.self)
    bytes?.pointee = object.bytes.address
    size?.pointee = object.count
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_buffer_release(_ buffer: OpaquePointer?) -> u2cl_status { release(buffer, BufferObject.self) }
