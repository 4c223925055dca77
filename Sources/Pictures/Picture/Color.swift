/// An opaque colour, 8 bits a channel.
public struct Color: Hashable, Sendable {
  /// 0 … 255.
  public var red: UInt8
  /// 0 … 255.
  public var green: UInt8
  /// 0 … 255.
  public var blue: UInt8

  /// A colour of three channels, 0 … 255 each.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// 255, 255, 255.
  public static let white = Color(red: 255, green: 255, blue: 255)
  /// 0, 0, 0.
  public static let black = Color(red: 0, green: 0, blue: 0)
}
