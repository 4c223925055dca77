public import ArgumentParser
public import Files
import U2Net

/// The arguments of the command, byte by byte.
///
/// An argument may hold any bytes, but the parser takes `String`s and would replace those that are not UTF-8. It also
/// sees characters, not bytes: in `--to=`, a combining mark after the `=` would make it another character. Therefore
/// such bytes are given to the parser as private characters, one for each byte, which a `FilePath` turns back.
enum ArgumentBytes {
  /// The private characters for the bytes 0x80 to 0xFF: U+10FF80 to U+10FFFF.
  private static let base: UInt32 = 0x10FF00

  /// The arguments of this process, without its name, as they are given to the parser.
  static var own: [String] { ProcessSetup.arguments.dropFirst().map { escaped($0.bytes) } }

  /// An argument as it is given to the parser; almost always the text that it is.
  static func escaped(_ bytes: [UInt8]) -> String {
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    var text = String.UnicodeScalarView()
    var (parser, rest, position) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator(), 0)
    while true {
      var count: Int
      switch parser.parseScalar(from: &rest) {
      case .valid(let units):
        let scalar = Unicode.UTF8.decode(units)
        count = units.count
        let isFirst = text.last.map { "-=".unicodeScalars.contains($0) } ?? true
        if byte(of: scalar) == nil, !(isFirst && scalar.joins) {
          text.append(scalar)
          position += count
          continue
        }
      case .error(let length): count = length
      case .emptyInput: return String(text)
      }
      text.append(contentsOf: bytes[position..<position + count].compactMap { Unicode.Scalar(base + UInt32($0)) })
      position += count
    }
  }

  /// The bytes of an argument.
  static func bytes(of argument: String) -> [UInt8] {
    argument.unicodeScalars.flatMap { scalar in byte(of: scalar).map { [$0] } ?? Array(String(scalar).utf8) }
  }

  /// A message that quotes arguments, for people: bytes that are not UTF-8 are escaped.
  static func readable(_ message: String) -> String {
    message.unicodeScalars.contains { byte(of: $0) != nil } ? String(printing: bytes(of: message)) : message
  }

  /// The byte that a private character stands for; nil for any other character.
  private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    scalar.value > base + 0x7F ? UInt8(scalar.value - base) : nil
  }
}

extension [String] {
  /// The arguments that are given to the parser, as paths.
  var paths: [FilePath] { map { FilePath(bytes: ArgumentBytes.bytes(of: $0)) } }
}

extension Unicode.Scalar {
  /// Whether the scalar makes one character with the scalar before it.
  fileprivate var joins: Bool {
    properties.isGraphemeExtend || properties.isJoinControl || properties.generalCategory == .spacingMark
  }
}

extension FilePath: ExpressibleByArgument {
  /// The path that an argument names, byte by byte.
  public init?(argument: String) { self.init(bytes: ArgumentBytes.bytes(of: argument)) }

  /// The path as a user would type it.
  public var defaultValueDescription: String { description }
}
