public import Serving
public import U2Net

/// The steps of a result, for interfaces that make something else of a detection than `answer` does.
extension PictureService {
  /// Decodes a picture, whose pixels the request's place claims.
  ///
  /// - Parameters:
  ///   - file: the encoded picture.
  ///   - name: what problems call the picture.
  ///   - place: the request's place.
  ///   - deadline: when the result is no longer wanted.
  public func picture(
    decoding file: [UInt8], name: String = "image", in place: Admission.Place, by deadline: ContinuousClock.Instant
  ) async throws(Problem) -> Picture {
    try claim(file, place)
    let pixelLimit = configuration.pixelLimit
    return try await serving { () throws(ServingError) in
      try await self.decoders.run(by: deadline) { try Picture(decoding: file, name: name, pixelLimit: pixelLimit) }
    }
  }

  /// Claims the pixels of a picture that is not decoded.
  public func claim(_ size: Size, in place: Admission.Place) throws(Problem) {
    let (pixels, overflow) = size.height.multipliedReportingOverflow(by: size.width)
    guard !overflow, pixels <= configuration.pixelLimit else {
      throw .tooManyPixels(limit: configuration.pixelLimit)
    }
    do throws(ServingError) { try place.claim(pixels: pixels) } catch { throw .serving(error) }
  }

  /// The detector of a model, for `detection`.
  ///
  /// - Parameter model: the name of the model; nil for that of the server.
  /// - Throws: `Problem.model` if the model is not installed.
  public func detector(of model: String?) throws(Problem) -> DetectorKey {
    var options = ResultOptions(.mask)
    options.model = model
    return try target(of: options).0
  }

  /// Detects what stands out in a picture.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - need: what is computed.
  ///   - key: the detector.
  ///   - deadline: when the result is no longer wanted.
  public func detection(
    in picture: Picture, _ need: DetectionInput.Need, with key: DetectorKey, by deadline: ContinuousClock.Instant
  ) async throws(Problem) -> Found {
    try await serving { () throws(ServingError) in
      try await self.engine.run(DetectionInput(picture: picture, need: need), with: key, by: deadline)
    }
  }

  /// Does work of the processor before detection, such as resizing, on the threads that decode.
  public func preparing<Output: Sendable>(
    by deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () throws -> Output
  ) async throws(Problem) -> Output {
    try await serving { () throws(ServingError) in try await self.decoders.run(by: deadline, body) }
  }

  /// Does work of the processor after detection, such as composing and encoding, on the threads that encode.
  public func finishing<Output: Sendable>(
    by deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () throws -> Output
  ) async throws(Problem) -> Output {
    try await serving { () throws(ServingError) in try await self.encoders.run(by: deadline, body) }
  }
}

extension DetectionOutput {
  /// The mask, of the picture's size.
  ///
  /// - Throws: `Failure` if no mask can be made of the model's maps.
  public func mask() throws(Failure) -> Mask {
    switch self {
    case .detection(let detection): try detection.mask()
    case .mask(let found): found.mask
    }
  }

  /// What a composition makes of the picture and of what was found in it.
  ///
  /// - Throws: `Failure` if no mask can be made of the model's maps.
  public func rendering(of picture: Picture, by composition: Composition) throws(Failure) -> Rendering {
    switch self {
    case .detection(let detection): try composition.rendering(of: picture, detection)
    case .mask(let found):
      composition.rendering(of: picture, mask: found.mask, confidence: found.confidence)
    }
  }
}
