import Saliency
import Tensors
import TestSupport

/// The seeded pairs of Golden/recipe.py, pixel for pixel: whole numbers only, so that both languages agree.
struct Recipe {
  /// The number of pairs.
  static let pairs = 240

  private var random: SeededGenerator
  let size: Size

  private init(seed: Int, size: Size) {
    random = SeededGenerator(seed: UInt64(seed))
    self.size = size
  }

  private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

  /// The pair of this number.
  static func synthetic(_ index: Int) throws -> SaliencyPair {
    var seeded = Recipe(seed: index, size: Size(height: 1, width: 1))
    var (height, width) = (1 + seeded.below(97), 1 + seeded.below(131))
    if index % 30 == 0 { height = 1 }
    if index % 30 == 1 { width = 1 }
    if index % 24 == 5 { (height, width) = (height + 120, width + 150) }
    if index % 10 == 3 { width = 63 + index / 10 % 3 + 64 * (index / 30 % 2) }
    var recipe = Recipe(seed: index, size: Size(height: height, width: width))
    recipe.random = seeded.random
    let mask = recipe.mask(kind: index % 8)
    let map = recipe.map(kind: index / 8 % 8, of: mask)
    return try SaliencyPair(map: map.map { UInt8($0) }, of: recipe.size, mask: mask.map { UInt8($0) }, of: recipe.size)
  }

  /// A pair of a real mask.
  static func degraded(_ index: Int, mask: [UInt8], size: Size) throws -> SaliencyPair {
    var recipe = Recipe(seed: 1000 + index, size: size)
    let map = recipe.map(kind: index % 8, of: mask.map { Int($0) })
    return try SaliencyPair(map: map.map { UInt8($0) }, of: size, mask: mask, of: size)
  }

  private func pixels(_ value: (_ y: Int, _ x: Int) -> Int) -> [Int] {
    (0..<size.height).flatMap { y in (0..<size.width).map { x in value(y, x) } }
  }

  private mutating func noise(_ bound: Int) -> [Int] { (0..<size.height * size.width).map { _ in below(bound) } }

  /// The depth of each pixel in an ellipse, positive inside, and the depth of the centre.
  private mutating func ellipse() -> (inside: [Int], full: Int) {
    let (cy, cx) = (below(size.height), below(size.width))
    let (ry, rx) = (1 + below(size.height), 1 + below(size.width))
    let full = ry * rx * ry * rx
    let inside = pixels { y, x in
      let (down, along) = ((y - cy) * rx, (x - cx) * ry)
      return full - down * down - along * along
    }
    return (inside, full)
  }

  private mutating func softEllipse() -> [Int] {
    let (inside, full) = ellipse()
    // Rounded down, as Python divides.
    return inside.map { min(255, max(0, 128 + Int((Double($0 * 127) / Double(full)).rounded(.down)))) }
  }

  private mutating func rectangle() -> [Int] {
    let (top, left) = (below(size.height), below(size.width))
    let (bottom, right) = (top + below(size.height), left + below(size.width))
    return pixels { y, x in (top...bottom).contains(y) && (left...right).contains(x) ? 255 : 0 }
  }

  private mutating func mask(kind: Int) -> [Int] {
    switch kind {
    case 0: return ellipse().inside.map { $0 >= 0 ? 255 : 0 }
    case 1: return rectangle()
    case 2:
      let (first, second) = (ellipse().inside, ellipse().inside)
      return zip(first, second).map { $0 >= 0 || $1 >= 0 ? 255 : 0 }
    case 3: return pixels { _, _ in 0 }
    case 4: return pixels { _, _ in 255 }
    case 5:
      let (row, column) = (below(size.height), below(size.width))
      return pixels { y, x in y == row && x == column ? 255 : 0 }
    case 6: return softEllipse()
    default:
      let density = 1 + below(9)
      return noise(10).map { $0 < density ? 255 : 0 }
    }
  }

  private mutating func map(kind: Int, of mask: [Int]) -> [Int] {
    switch kind {
    case 0: return zip(mask, noise(64)).map { $0 * 3 / 4 + $1 }
    case 1:
      let level = below(256)
      return pixels { _, _ in level }
    case 2: return noise(256)
    case 3:
      let (height, width) = (size.height, size.width)
      return pixels { y, x in mask[(y + 2 * height - 2) % height * width + (x + 3 * width - 3) % width] }
    case 4: return pixels { y, x in (x * 7 + y * 3) / 4 % 256 }
    case 5: return softEllipse()
    case 6: return zip(mask, noise(9)).map { 100 + $0 / 16 + $1 }
    default: return blurred(mask)
    }
  }

  /// A 5×5 mean, zeros beyond the border.
  private func blurred(_ mask: [Int]) -> [Int] {
    pixels { y, x in
      var sum = 0
      for row in max(0, y - 2)...min(size.height - 1, y + 2) {
        for column in max(0, x - 2)...min(size.width - 1, x + 2) { sum += mask[row * size.width + column] }
      }
      return sum / 25
    }
  }
}

/// A checksum of pixels in order: Σ (index + 1) · value, modulo 2³².
func checksum(_ pixels: [UInt8]) -> UInt64 {
  pixels.enumerated().reduce(0) { $0 &+ UInt64($1.offset + 1) &* UInt64($1.element) } % (1 << 32)
}
