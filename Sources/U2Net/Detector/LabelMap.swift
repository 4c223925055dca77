public import Pictures
import Tensors

/// The class of every pixel of a picture.
public struct LabelMap: Sendable, Equatable {
  /// The size of the picture, in pixels.
  public let size: Size
  /// The names of the classes; the first is the background.
  public let classes: [String]
  /// The index of each pixel's class, `[height, width]`, row-major.
  public let labels: [UInt8]

  /// Chooses the class of the largest score at each pixel, the first of equal ones.
  ///
  /// The scores are resized bilinearly (half-pixel centres) to the size of the picture first, so that borders are as
  /// fine as the picture.
  /// - Parameters:
  ///   - scores: `[1, classes, height, width]`, logits or probabilities, of at most 256 classes.
  ///   - classes: a name for each class.
  ///   - size: the size of the picture.
  package init(scores: Tensor, classes: [String], resizedTo size: Size) {
    let shape = scores.shape
    precondition(shape.rank == 4 && shape.batch == 1 && (1...256).contains(shape.channels), "\(shape) are no scores")
    precondition(classes.count == shape.channels, "\(classes.count) names for \(shape.channels) classes")
    self.size = size
    self.classes = classes
    let rows = LabelRows(scores: scores, width: size.width)
    labels = [UInt8](unsafeUninitializedCapacity: size.height * size.width) { labels, count in
      nonisolated(unsafe) let labels = labels
      inParallel(size.height) { row in
        let target = UnsafeMutableBufferPointer(rebasing: labels[row * size.width..<(row + 1) * size.width])
        rows.write(row, of: size.height, into: target)
      }
      count = size.height * size.width
    }
  }

  /// The mask of a class by its index.
  public func mask(of index: Int) -> Mask { Mask(size: size, pixels: labels.map { Int($0) == index ? 255 : 0 }) }

  /// The mask of every class but the background.
  public var foreground: Mask { Mask(size: size, pixels: labels.map { $0 == 0 ? 0 : 255 }) }

  /// The labels as a picture: each class has its own colour, and the background is black.
  public var colored: Picture {
    let colors = classes.indices.map(Self.color)
    let samples = labels.flatMap { label in
      let color = colors[Int(label)]
      return [color.red, color.green, color.blue]
    }
    return Picture(size: size, hasAlpha: false, samples: .bits8(samples))
  }

  /// The colour of a class in PASCAL VOC's palette: the bits of the index are dealt to red, green and blue in turn, and
  /// fill each channel from its highest bit down.
  public static func color(of index: Int) -> Color {
    var (rest, channels, bit) = (index, [0, 0, 0], 7)
    while rest > 0 {
      for channel in 0..<3 { channels[channel] |= (rest >> channel & 1) << bit }
      (rest, bit) = (rest >> 3, bit - 1)
    }
    return Color(red: UInt8(channels[0]), green: UInt8(channels[1]), blue: UInt8(channels[2]))
  }
}

/// Scores that are resized row by row.
private struct LabelRows {
  let scores: Tensor
  let columns: [Tap]

  /// The two rows or columns of scores that an output row or column lies between.
  struct Tap {
    let near: Int
    let far: Int
    let fraction: Float

    init(at index: Int, from count: Int, to outCount: Int) {
      let position = max(0, Float(count) / Float(outCount) * (Float(index) + 0.5) - 0.5)
      near = min(Int(position), count - 1)
      far = min(near + 1, count - 1)
      fraction = position - Float(near)
    }
  }

  init(scores: Tensor, width: Int) {
    self.scores = scores
    columns = (0..<width).map { Tap(at: $0, from: scores.shape.width, to: width) }
  }

  /// Writes the labels of a row.
  func write(_ row: Int, of height: Int, into labels: UnsafeMutableBufferPointer<UInt8>) {
    let shape = scores.shape
    let tap = Tap(at: row, from: shape.height, to: height)
    var best = [Float](repeating: -.infinity, count: columns.count)
    labels.initialize(repeating: 0)
    scores.values.withUnsafeBufferPointer { values in
      for channel in 0..<shape.channels {
        let (upper, lower) = (
          (channel * shape.height + tap.near) * shape.width, (channel * shape.height + tap.far) * shape.width
        )
        for (x, column) in columns.enumerated() {
          let top = values[upper + column.near] * (1 - column.fraction) + values[upper + column.far] * column.fraction
          let bottom =
            values[lower + column.near] * (1 - column.fraction) + values[lower + column.far] * column.fraction
          let score = top * (1 - tap.fraction) + bottom * tap.fraction
          if score > best[x] { (best[x], labels[x]) = (score, UInt8(channel)) }
        }
      }
    }
  }
}
