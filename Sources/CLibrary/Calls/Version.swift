public import CLibraryHeader
import LibC
import Models

/// The version of the library as a caller reads it.
enum Version {
  static let text = u2clVersion
  /// The text in memory that lives as long as the process.
  nonisolated(unsafe) static let pointer: UnsafePointer<CChar>? = UnsafePointer(strdup(text))
}

/// Texts that live as long as the process.
private enum StatusName {
  private static let names: [Int32: StaticString] = [
    0: "ok", 2: "usage", 3: "device", 4: "model", 5: "file", 6: "verification", 7: "cancelled", 8: "memory",
    9: "forked", 10: "internal",
  ]

  static func of(_ status: Int32) -> UnsafePointer<CChar> {
    UnsafeRawPointer((names[status] ?? "unknown").utf8Start).assumingMemoryBound(to: CChar.self)
  }

  static let none: StaticString = ""
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_version() -> UnsafePointer<CChar>? { Version.pointer }

/// See `u2cl.h`.
@c @implementation
public func u2cl_abi_version() -> Int32 { U2CL_ABI_VERSION }

/// See `u2cl.h`.
@c @implementation
public func u2cl_status_name(_ status: u2cl_status) -> UnsafePointer<CChar>? { StatusName.of(status) }

/// See `u2cl.h`.
@c @implementation
public func u2cl_last_error() -> UnsafePointer<CChar>? {
  LastError.line ?? UnsafeRawPointer(StatusName.none.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_handle_count() -> Int { Fork.isChild ? 0 : Handles.shared.count }
