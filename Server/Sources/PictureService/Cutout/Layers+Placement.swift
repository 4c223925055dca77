package import U2Net

extension Layers {
  /// The layers as an order wants them: cropped to the foreground, whose margins may reach outside, and then scaled and
  /// moved.
  ///
  /// - Parameter box: the box of the foreground.
  package func placed(_ order: CutoutOrder, _ box: PixelBox) -> Layers {
    let (layers, box) = order.crop.map { cropped(to: box, $0) } ?? (self, box)
    guard order.scale != nil || order.position != nil else { return layers }
    let foreground = layers.part(box)
    let factor = order.scale.map { scale in
      min(
        scale * Double(layers.size.width) / Double(box.size.width),
        scale * Double(layers.size.height) / Double(box.size.height))
    }
    let size = factor.map { factor in
      Size(
        height: max(1, Int((Double(box.size.height) * factor).rounded())),
        width: max(1, Int((Double(box.size.width) * factor).rounded())))
    }
    let scaled = size.map { foreground.resized(to: $0) } ?? foreground
    var canvas = Layers(size: layers.size)
    let position = order.position
    canvas.paste(
      scaled,
      left: Self.start(position?.horizontal, box.columns, scaled.size.width, canvas.size.width),
      top: Self.start(position?.vertical, box.rows, scaled.size.height, canvas.size.height))
    return canvas
  }

  /// The first pixel of something on a canvas, along one axis.
  ///
  /// - Parameters:
  ///   - position: 0 for the beginning, 1 for the end; nil to keep the middle of `old`.
  ///   - old: where it was.
  private static func start(_ position: Double?, _ old: Range<Int>, _ extent: Int, _ canvas: Int) -> Int {
    let room = canvas - extent
    if let position { return Int((Double(room) * position).rounded()) }
    return max(0, min(room, (old.lowerBound + old.upperBound - extent) / 2))
  }

  /// The foreground with margins, and its box there.
  private func cropped(to box: PixelBox, _ margins: CutoutOrder.Margins) -> (Layers, PixelBox) {
    let (height, width) = (box.size.height, box.size.width)
    let (top, left) = (margins.top.pixels(of: height), margins.left.pixels(of: width))
    var canvas = Layers(
      size: Size(
        height: top + height + margins.bottom.pixels(of: height),
        width: left + width + margins.right.pixels(of: width)))
    canvas.paste(self, left: left - box.columns.lowerBound, top: top - box.rows.lowerBound)
    return (canvas, PixelBox(columns: left..<left + width, rows: top..<top + height))
  }
}

extension Picture {
  /// The picture scaled to cover a size, and its middle.
  package func covering(_ target: Size) -> Picture {
    guard size != target else { return self }
    let scale = min(Double(size.width) / Double(target.width), Double(size.height) / Double(target.height))
    let width = min(size.width, max(1, Int((Double(target.width) * scale).rounded())))
    let height = min(size.height, max(1, Int((Double(target.height) * scale).rounded())))
    let (left, top) = ((size.width - width) / 2, (size.height - height) / 2)
    return part(PixelBox(columns: left..<left + width, rows: top..<top + height)).resized(to: target)
  }
}
