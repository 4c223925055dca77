public import ArgumentParser
public import Models
public import Pictures
public import U2Net

// The values of options that are shared by several commands.

/// A number, shown in help as a user would type it: `60` and not `60.0`.
struct Number: ExpressibleByArgument, ExpressibleByFloatLiteral {
  let value: Double

  init(floatLiteral value: Double) { self.value = value }

  init?(argument: String) {
    guard let value = Double(argument) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}

/// A number for each of red, green and blue: `0.485,0.456,0.406`, or `0.5` for all three.
struct ChannelTriple: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    let values = numbers.compactMap { $0 }.filter(\.isFinite)
    guard values.count == numbers.count, values.count == 3 || values.count == 1 else { return nil }
    self.values = values.count == 3 ? values : Array(repeating: values[0], count: 3)
  }
}

/// The margin around an object: `20` pixels, or `5%` of its longer side.
struct Margin: ExpressibleByArgument {
  let trim: Composition.Trim

  init?(argument: String) {
    if argument.hasSuffix("%") {
      guard let percent = Double(argument.dropLast()), (0...1000).contains(percent) else { return nil }
      trim = Composition.Trim(fraction: percent / 100)
    } else {
      guard let pixels = Int(argument), (0...1_000_000).contains(pixels) else { return nil }
      trim = Composition.Trim(pixels: pixels)
    }
  }
}

extension Color: ExpressibleByArgument {
  /// Reads `RRGGBB` or `#RRGGBB`.
  public init?(argument: String) {
    let digits = argument.hasPrefix("#") ? argument.dropFirst() : argument[...]
    guard digits.count == 6, let value = UInt32(digits, radix: 16) else { return nil }
    self.init(red: UInt8(value >> 16 & 255), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
  }

  /// The colour as `RRGGBB`.
  public var defaultValueDescription: String {
    [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }
}

extension Composition.Kind: ExpressibleByArgument {}

extension PictureFormat: ExpressibleByArgument {
  /// Reads `png`, `jpeg`, `jpg`, `webp`, `tiff`, `tif` or `avif`.
  public init?(argument: String) { self.init(fileName: "." + argument) }

  /// The values that help and messages offer.
  public static var allValueStrings: [String] { ["png", "jpeg", "webp", "tiff", "avif"] }
}

extension PrecisionRequest: ExpressibleByArgument {}

extension Resampling: ExpressibleByArgument {}

extension Normalization.Scaling: ExpressibleByArgument {}

extension ModelTask: ExpressibleByArgument {}
