import CLibraryHeader
import Synchronization

/// The objects behind the handles of this process. A handle is a number that never names another object, so that one
/// that was released is refused.
final class Handles: Sendable {
  static let shared = Handles()

  private struct Table {
    var next: UInt = 0x1000
    var objects: [UInt: any AnyObject & Sendable] = [:]
  }

  private let table = Mutex(Table())

  /// The number of objects.
  var count: Int { table.withLock { $0.objects.count } }

  /// Gives an object a handle.
  func add(_ object: any AnyObject & Sendable) -> OpaquePointer? {
    table.withLock { table in
      let number = table.next
      table.next += 16
      table.objects[number] = object
      return OpaquePointer(bitPattern: number)
    }
  }

  /// The object of a handle, which lives at least as long as it is used.
  ///
  /// - Throws: `CallError` for NULL, and for a handle that was released or is of another kind.
  func object<Object: AnyObject & Sendable>(_ pointer: OpaquePointer?, _ type: Object.Type) throws -> Object {
    guard let pointer else { throw CallError.usage("the \(Self.name(of: type)) is NULL") }
    guard let object = table.withLock({ $0.objects[UInt(bitPattern: pointer)] }) as? Object else {
      throw Self.invalid(type)
    }
    return object
  }

  /// Takes a handle out of use.
  func remove<Object: AnyObject & Sendable>(_ pointer: OpaquePointer, _ type: Object.Type) throws {
    // The object ends after the lock is open again, because its end may take long.
    let object = try table.withLock { table throws(CallError) in
      guard let object = table.objects[UInt(bitPattern: pointer)] as? Object else { throw Self.invalid(type) }
      table.objects[UInt(bitPattern: pointer)] = nil
      return object
    }
    _ = consume object
  }

  private static func invalid<Object>(_ type: Object.Type) -> CallError {
    .usage("this is no \(name(of: type)): it was released, or it is another thing")
  }

  /// `PictureObject` is a picture for the caller.
  private static func name<Object>(of type: Object.Type) -> String {
    let name = "\(type)"
    return name.hasSuffix("Object") ? name.dropLast(6).lowercased() : name
  }
}

/// Writes a handle of an object to where the caller wants it.
func give(_ object: any AnyObject & Sendable, to target: UnsafeMutablePointer<OpaquePointer?>) {
  target.pointee = Handles.shared.add(object)
}

/// The place of an output.
///
/// - Parameter what: what is written there, such as `the map`.
/// - Throws: `CallError` for NULL.
func place<Output>(
  for what: String, _ target: UnsafeMutablePointer<Output>?
) throws -> UnsafeMutablePointer<Output> {
  guard let target else { throw CallError.usage("there is no place for \(what): a pointer is NULL") }
  return target
}

/// The place of a handle, which is cleared first.
///
/// - Throws: `CallError` for NULL.
func output(_ target: UnsafeMutablePointer<OpaquePointer?>?) throws -> UnsafeMutablePointer<OpaquePointer?> {
  let target = try place(for: "the result", target)
  target.pointee = nil
  return target
}
