import Foundation

/// A value that a program would read.
struct JSON {
  private let value: Any

  private init(value: Any) { self.value = value }

  /// - Throws: where the bytes are no JSON, or more than one value.
  init(_ bytes: [UInt8]) throws { value = try JSONSerialization.jsonObject(with: Data(bytes)) }

  subscript(key: String) -> JSON? { (value as? [String: Any])?[key].map(JSON.init(value:)) }
  var keys: Set<String> { Set((value as? [String: Any])?.keys.map { $0 } ?? []) }
  var list: [JSON] { (value as? [Any])?.map(JSON.init(value:)) ?? [] }
  var text: String? { value as? String }
  var truth: Bool? { value as? Bool }
  var number: Double? { value as? Double ?? (value as? Int).map(Double.init) }
}
