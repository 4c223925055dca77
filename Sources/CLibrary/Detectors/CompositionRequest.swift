import CLibraryHeader
import CPixels
import Compositing
import Matting
import Pictures
import Tensors
import U2Net

/// What a caller wants to be made of a picture and its mask.
struct CompositionRequest {
  /// Nil for a plain cut-out.
  private let composition: Composition?
  private let edges: Edges?
  private let isIn8Bits: Bool
  private let background: Color
  /// The matting of a caller's own limits; the distance is in pixels of the picture.
  private let matting: (method: ClosedFormMatting, distance: Double?)?

  /// - Throws: `CallError` if a member has no meaning.
  init(_ given: u2cl_composition) throws {
    let kinds: [Composition.Kind?] = [.cutout, .mask, .composite, .blur, .overlay, .heatmap, .contour, nil]
    let kind = try readChoice(given.kind, "kind", kinds)
    let edges = try given.edges.choice()
    let background = try readColor(given.background, "background") ?? .white
    (self.edges, self.background) = (edges, background)
    isIn8Bits = try readFlag(given.in_8_bits, "in_8_bits") || kind == nil
    composition = try kind.map { try given.composition($0, edges, background) }
    matting = try given.matting()
  }

  /// The result for a detection.
  func result(of object: DetectionObject) throws -> PictureObject {
    let edges = edges ?? composition?.kind.defaultEdges ?? .interpolated
    if edges == .matted, let matting {
      let whole = try object.whole(for: "matting")
      if whole.profile.task == .saliency {
        let matte = try matte(of: whole, object.picture, matting)
        return try result(of: object.picture, PictureObject(.matte(matte)), confidence: object.confidence)
      }
    }
    guard let composition, edges != .interpolated else {
      let mask = PictureObject(.mask(try masked(object, edges)))
      return try result(of: object.picture, mask, confidence: object.confidence)
    }
    let rendering = try composition.rendering(of: object.picture, object.whole(for: "edges of this kind"))
    return try finished(rendering)
  }

  /// The result for a mask or matte of the picture's size.
  func result(of picture: Picture, _ mask: PictureObject, confidence: Confidence? = nil) throws -> PictureObject {
    guard mask.size == picture.size else {
      throw CallError.usage("the mask has \(mask.size) pixels, and the picture \(picture.size)")
    }
    switch (mask.content, composition) {
    case (.mask(let mask), let composition?):
      return try finished(composition.rendering(of: picture, mask: mask, confidence: confidence))
    case (.matte(let matte), let composition?):
      return try finished(composition.rendering(of: picture, matte: matte, confidence: confidence))
    case (.mask(let mask), nil): return PictureObject(.picture(try picture.multiplied(by: mask)))
    case (.matte(let matte), nil): return PictureObject(.picture(try picture.multiplied(by: matte.mask)))
    case (.picture, _): throw CallError.usage("a mask is grey; this picture has colours")
    }
  }

  private func masked(_ object: DetectionObject, _ edges: Edges) throws -> Mask {
    guard edges != .interpolated else { return try object.mask() }
    return try object.whole(for: "edges of this kind").matte(of: object.picture, edges: edges, background: background)
      .mask
  }

  private func matte(
    of detection: Detection, _ picture: Picture, _ matting: (method: ClosedFormMatting, distance: Double?)
  ) throws -> AlphaMatte {
    let mask = try detection.coarseMask()
    var method = matting.method
    if let distance = matting.distance {
      let cells = Double(max(mask.size.height, mask.size.width))
      let pixels = Double(max(picture.size.height, picture.size.width))
      method.bandRadius = Int((distance * cells / pixels).rounded(.up))
    }
    return method.matte(of: mask, for: picture.flattened(over: background))
  }

  private func finished(_ rendering: Rendering) throws -> PictureObject {
    switch rendering.content {
    case .mask(let mask): PictureObject(.mask(mask), notes: rendering.notes)
    case .picture(let picture):
      PictureObject(.picture(isIn8Bits ? picture.in8Bits : picture), notes: rendering.notes)
    }
  }
}

extension u2cl_composition {
  /// The composition of a kind.
  fileprivate func composition(
    _ kind: Composition.Kind, _ edges: Edges?, _ background: Color
  ) throws -> Composition {
    var composition = Composition(kind)
    composition.edges = edges
    composition.threshold = try readNumber(threshold, "threshold", in: 0...1)
    composition.feather = try readNumber(feather, "feather", in: 0...1000) ?? 0
    composition.isInverted = try readFlag(inverts, "inverts")
    if let backdrop {
      composition.backdrop = .picture(try Handles.shared.object(backdrop, PictureObject.self).picture())
    } else if let color = try readColor(backdrop_color, "backdrop_color") {
      composition.backdrop = .color(color)
    }
    composition.blurRadius = try readNumber(blur_radius, "blur_radius", in: 0...10000)
    if let color = try readColor(color, "color") { composition.color = color }
    if try readFlag(trims, "trims") {
      let pixels = try readNumber(Int(trim_pixels), "trim_pixels", in: 1...1_000_000) ?? 0
      composition.trim = Composition.Trim(
        pixels: pixels, fraction: try readNumber(trim_fraction, "trim_fraction", in: 0...10) ?? 0)
    }
    composition.background = background
    return composition
  }

  /// The matting of the caller's limits; nil for the usual ones.
  fileprivate func matting() throws -> (method: ClosedFormMatting, distance: Double?)? {
    let least = try readNumber(certain_background, "certain_background", in: 0...1)
    let most = try readNumber(certain_foreground, "certain_foreground", in: 0...1)
    let distance = try readNumber(certain_distance, "certain_distance", in: 0...1000)
    guard least != nil || most != nil || distance != nil else { return nil }
    var method = ClosedFormMatting()
    if let least { method.backgroundLimit = Float(least) }
    if let most { method.foregroundLimit = Float(most) }
    guard method.backgroundLimit < method.foregroundLimit else {
      throw CallError.usage("certain_background is not less than certain_foreground")
    }
    return (method, distance)
  }
}

extension Picture {
  /// The picture with 8 bits a sample.
  fileprivate var in8Bits: Picture {
    guard case .bits16 = samples else { return self }
    return replacing(samples: .bits8(samples8))
  }

  /// Every sample times the mask, as RGBA of 8 bits.
  fileprivate func multiplied(by mask: Mask) throws -> Picture {
    let (own, channels) = (samples8, Int32(channels))
    let product: [UInt8] = try makeSamples(of: size, .rgba8) { row, memory in
      let (first, pixels) = (row * size.width, size.width)
      guard let from = own.address, let levels = mask.pixels.address else { return }
      u2cl_multiply_by_mask(from + first * Int(channels), channels, levels + first, memory, pixels)
    }
    return replacing(hasAlpha: true, samples: .bits8(product))
  }
}
