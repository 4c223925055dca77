import Networks
import Tensors

extension ONNXImporter {
  /// ONNX `Resize` and `Upsample`: bilinear, or nothing if the size stays.
  mutating func resize(_ node: ProtoOperator) throws -> Value {
    let name = try node.requiredInput(0)
    // Normalization and resizing can change places.
    if case .picture(let picture) = try value(name), picture.axes == Axis.nchw, !isSettled {
      var resized = picture
      resized.node = try id(of: self.resized(picture.node, node))
      return .picture(resized)
    }
    return try resized(activation(name), node)
  }

  private mutating func resized(_ input: Node.ID, _ node: ProtoOperator) throws -> Value {
    let shape = builder.shape(of: input)
    let (size, isExact) = try target(node, from: shape)
    guard size != shape.size else { return .activation(input) }
    let mode = node.text("mode", default: "nearest")
    guard mode == "linear" || mode == "bilinear" else {
      throw FormatError.unsupported("its mode is \(mode), not linear")
    }
    guard node.integer("antialias", default: 0) == 0 || (size.height >= shape.height && size.width >= shape.width)
    else {
      throw FormatError.unsupported("it shrinks with antialiasing, which is not supported")
    }
    let centers = try centers(of: node, from: shape.size, to: size, isExact: isExact)
    return try emit(.upsample(to: size, centers: centers), to: [input], node)
  }

  /// The size of the output, and whether the scales are exactly the ratio of the sizes.
  private func target(_ node: ProtoOperator, from shape: Shape) throws -> (size: Size, isExact: Bool) {
    guard node.integers("axes") == nil, node.text("keep_aspect_ratio_policy", default: "stretch") == "stretch" else {
      throw FormatError.unsupported("it resizes only some axes; export with all of them")
    }
    // Inputs of Resize since operator set 11: X, roi, scales, sizes. Before, and for Upsample: X, scales, the latter an
    // attribute at first.
    let isNew = node.opType == "Resize" && model.operatorSet >= 11
    if isNew, let sizes = try node.optionalInput(3).map(constant) {
      let extents = try sizes.integers("its sizes")
      guard extents.count == 4, Array(extents[..<2]) == Array(shape.dimensions[..<2]) else {
        throw FormatError.unsupported("it resizes \(shape) to \(extents)")
      }
      return (try checked(extents[2], extents[3]), true)
    }
    let given = try node.optionalInput(isNew ? 2 : 1).map { try constant($0).floats }
    guard let scales = given ?? node.floats("scales").map({ $0.map(Double.init) }), scales.count == 4,
      scales[0] == 1, scales[1] == 1, scales.allSatisfy({ $0.isFinite && $0 > 0 && $0 < 1e5 })
    else { throw FormatError.unsupported("it has neither sizes nor scales of height and width") }
    let (height, width) = (Double(shape.height) * scales[2], Double(shape.width) * scales[3])
    guard height < 1e5, width < 1e5 else { throw FormatError.unsupported("it resizes to \(width)×\(height)") }
    let size = try checked(Self.whole(height), Self.whole(width))
    return (size, Self.isWhole(height) && Self.isWhole(width))
  }

  /// Whether an extent is a whole number, up to the rounding of float32 scales: 11 · 21⁄11 is meant to be 21.
  private static func isWhole(_ extent: Double) -> Bool { abs(extent - extent.rounded()) < 1e-6 * extent }

  private static func whole(_ extent: Double) -> Int { Int(isWhole(extent) ? extent.rounded() : extent.rounded(.down)) }

  private func checked(_ height: Int, _ width: Int) throws -> Size {
    guard 1...65536 ~= height, 1...65536 ~= width else {
      throw FormatError.unsupported("it resizes to \(width)×\(height)")
    }
    return Size(height: height, width: width)
  }

  /// Where the pixel centres are. For Upsample, and for Resize before operator set 11, the specification does not say;
  /// ONNX's own converter and onnxruntime take them as asymmetric.
  private func centers(
    of node: ProtoOperator, from source: Size, to size: Size, isExact: Bool
  ) throws -> PixelCenters {
    let saysMode = node.opType == "Resize" && model.operatorSet >= 11
    let mode = saysMode ? node.text("coordinate_transformation_mode", default: "half_pixel") : "asymmetric"
    // With align_corners the scales do not matter.
    guard isExact || mode == "align_corners" else {
      throw FormatError.unsupported(
        "its scales do not take \(source) to whole pixels; export with sizes instead of scales")
    }
    switch mode {
    case "half_pixel": return .halfPixel
    case "asymmetric": return .asymmetric
    case "align_corners": return .alignCorners
    case "pytorch_half_pixel":
      // It differs from half_pixel only if the output has one pixel, which is then the first of the input.
      guard size.height > 1 || source.height == 1, size.width > 1 || source.width == 1 else {
        throw FormatError.unsupported("it shrinks \(source) to \(size) by pytorch_half_pixel, which is not supported")
      }
      return .halfPixel
    default:
      throw FormatError.unsupported(
        "its coordinates are \(mode); only half_pixel, asymmetric and align_corners are supported")
    }
  }
}
