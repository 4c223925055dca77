/// Wrappers of the `clGet…Info` functions. Each takes the function with its object and parameter applied.
enum Info {
  /// `(size, value, sizeReturned) -> code`, the last parameters of the C functions.
  typealias Query = (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32

  static func value<Value: BitwiseCopyable>(_ zero: Value, _ call: String, _ query: Query) throws(CLError) -> Value {
    var value = zero
    let code = withUnsafeMutableBytes(of: &value) { query($0.count, $0.baseAddress, nil) }
    try check(code, call)
    return value
  }

  /// All values of an array.
  static func values<Value: BitwiseCopyable>(_ zero: Value, _ call: String, _ query: Query) throws(CLError) -> [Value] {
    var size = 0
    try check(query(0, nil, &size), call)
    var values = [Value](repeating: zero, count: size / MemoryLayout<Value>.stride)
    let code = values.withUnsafeMutableBytes { query($0.count, $0.baseAddress, nil) }
    try check(code, call)
    return values
  }

  static func string(_ call: String, _ query: Query) throws(CLError) -> String {
    var size = 0
    try check(query(0, nil, &size), call)
    guard size > 0 else { return "" }
    var bytes = [UInt8](repeating: 0, count: size)
    let code = bytes.withUnsafeMutableBytes { query(size, $0.baseAddress, nil) }
    try check(code, call)
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    // Some drivers pad names with spaces.
    return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}

/// The handles that a `clGet…IDs` function lists; empty if the function returns `none`.
func handles(
  _ call: String, noneIf none: CLStatus,
  _ query: (UInt32, UnsafeMutablePointer<OpaquePointer?>?, UnsafeMutablePointer<UInt32>?) -> Int32
) throws(CLError) -> [OpaquePointer] {
  var count: UInt32 = 0
  let code = query(0, nil, &count)
  if code == none.rawValue { return [] }
  try check(code, call)
  guard count > 0 else { return [] }
  var found = [OpaquePointer?](repeating: nil, count: Int(count))
  let listed = found.withUnsafeMutableBufferPointer { query(count, $0.baseAddress, nil) }
  try check(listed, call)
  return found.compactMap { $0 }
}
