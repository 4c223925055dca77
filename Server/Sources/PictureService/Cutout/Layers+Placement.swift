internal import U2Net

extension Layers {
  /// The layers as an order wants them: cropped to the foreground, whose margins may reach outside, and then scaled and
  /// moved.
  ///
  /// - Parameter box: the box of the foreground.
  func placed(_ order: CutoutOrder, _ box: PixelBox) -> Layers {
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
    let position = order.position ?? .center
    let scaled = size.map { foreground.resized(to: $0) } ?? foreground
    var canvas = Layers(size: layers.size)
    canvas.paste(
      scaled,
      left: Int((Double(canvas.size.width - scaled.size.width) * position.horizontal).rounded()),
      top: Int((Double(canvas.size.height - scaled.size.height) * position.vertical).rounded()))
    return canvas
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
  func covering(_ target: Size) -> Picture {
    guard size != target else { return self }
    let scale = min(Double(size.width) / Double(target.width), Double(size.height) / Double(target.height))
    let width = min(size.width, max(1, Int((Double(target.width) * scale).rounded())))
    let height = min(size.height, max(1, Int((Double(target.height) * scale).rounded())))
    let (left, top) = ((size.width - width) / 2, (size.height - height) / 2)
    return part(PixelBox(columns: left..<left + width, rows: top..<top + height)).resized(to: target)
  }
}
