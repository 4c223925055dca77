import CLibraryHeader
import Files
import LibC
import Pictures

/// A structure of the header that begins with its own size.
protocol SizedStructure {
  /// The size that the caller has set.
  var struct_size: Int { get }
  /// A structure of zeros.
  init()
}

extension u2cl_setup_options: SizedStructure {}
extension u2cl_pixels: SizedStructure {}
extension u2cl_decoding_options: SizedStructure {}
extension u2cl_encoding_options: SizedStructure {}
extension u2cl_detector_options: SizedStructure {}
extension u2cl_detect_options: SizedStructure {}
extension u2cl_map: SizedStructure {}
extension u2cl_confidence: SizedStructure {}
extension u2cl_composition: SizedStructure {}
extension u2cl_pull_options: SizedStructure {}
extension u2cl_bench_options: SizedStructure {}
extension u2cl_detector_bench_options: SizedStructure {}
extension u2cl_evaluation_options: SizedStructure {}
extension u2cl_measures: SizedStructure {}

extension SizedStructure {
  /// The greatest size that is accepted of a caller of a later version.
  private static var greatestSize: Int { 4096 }

  /// The structure of a caller; all zeros for NULL.
  ///
  /// A caller of a later version may have more members, which have to be zero.
  /// - Throws: `CallError` if the size cannot be that of the structure.
  static func read(_ pointer: UnsafePointer<Self>?) throws -> Self {
    guard let pointer else { return Self() }
    let size = try check(pointer)
    let bytes = UnsafeRawBufferPointer(start: pointer, count: size)
    guard bytes.dropFirst(MemoryLayout<Self>.stride).allSatisfy({ $0 == 0 }) else {
      throw CallError.usage("\(Self.self) has members that version \(Version.text) of the library does not know")
    }
    return pointer.pointee
  }

  /// Checks a structure that is to be written.
  ///
  /// - Returns: the size that the caller has set.
  @discardableResult
  static func check(_ pointer: UnsafePointer<Self>) throws -> Int {
    let (size, own) = (pointer.pointee.struct_size, MemoryLayout<Self>.stride)
    guard (own...greatestSize).contains(size) else {
      throw CallError.usage("struct_size of \(Self.self) is \(size), not \(own); set it to sizeof(\(Self.self))")
    }
    return size
  }
}

/// The text of a caller.
///
/// - Throws: `CallError` if it is no UTF-8.
func readText(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String? {
  guard let pointer else { return nil }
  guard let text = String(validatingCString: pointer) else { throw CallError.usage("\(name) is no UTF-8") }
  return text
}

/// The path of a caller, of any bytes.
func readPath(_ pointer: UnsafePointer<CChar>?) -> FilePath? { pointer.map { FilePath(cString: $0) } }

/// The case of an enumerator's value.
///
/// - Throws: `CallError` if no enumerator has this value.
func readChoice<Value>(_ value: Int32, _ name: String, _ cases: [Value]) throws -> Value {
  guard cases.indices.contains(Int(value)) else {
    throw CallError.usage("\(name) is \(value), and goes from 0 to \(cases.count - 1)")
  }
  return cases[Int(value)]
}

/// A number, or nil for 0.
///
/// - Throws: `CallError` if it is outside of a range.
func readNumber<Value: Comparable & Numeric>(
  _ value: Value, _ name: String, in range: ClosedRange<Value>
) throws -> Value? {
  guard value != 0 else { return nil }
  guard range.contains(value) else {
    throw CallError.usage("\(name) is \(value), and goes from \(range.lowerBound) to \(range.upperBound)")
  }
  return value
}

/// Checks how many things a caller gives to a call.
///
/// - Throws: `CallError` if there are none or too many.
func checkCount(_ count: Int, of things: String, atMost most: Int) throws {
  guard (1...most).contains(count) else {
    throw CallError.usage("\(UInt(bitPattern: count)) \(things); from 1 to \(most) go into a call")
  }
}

/// A flag.
///
/// - Throws: `CallError` if it is neither 0 nor 1.
func readFlag(_ value: Int32, _ name: String) throws -> Bool { try readChoice(value, name, [false, true]) }

/// A colour; nil for the default.
///
/// - Throws: `CallError` if the number was not made by `U2CL_COLOR`.
func readColor(_ value: u2cl_color, _ name: String) throws -> Color? {
  guard value != 0 else { return nil }
  guard value >> 24 == 0xFF else { throw CallError.usage("\(name) is no colour; make it by U2CL_COLOR") }
  return Color(
    red: UInt8(truncatingIfNeeded: value >> 16), green: UInt8(truncatingIfNeeded: value >> 8),
    blue: UInt8(truncatingIfNeeded: value))
}
