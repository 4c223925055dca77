public import Serving
public import U2Net

/// Makes results of pictures: decoding, detection and encoding, each on threads of its own.
public final class PictureService: Sendable {
  /// The limits and sizes of a service.
  public struct Configuration: Sendable {
    /// The devices.
    public var devices: [DeviceRequest] = [.auto]
    /// The bounds of what is under way.
    public var admission = Admission.Limits(requests: 64, pixels: 200_000_000)
    /// The most pixels of a picture.
    public var pixelLimit = 50_000_000
    /// The number of threads that decode, and of threads that encode.
    public var threads: Int
    /// The largest batch.
    public var batch = 1
    /// The most memory of the loaded models of each device, in bytes.
    public var byteLimit = 1 << 30

    /// Creates a configuration.
    ///
    /// - Parameter threads: the number of threads that decode, and of threads that encode.
    public init(threads: Int) { self.threads = threads }
  }

  /// Why a picture has no result.
  public enum Problem: Error {
    /// The picture cannot be decoded: 422.
    case picture(String)
    /// The picture has too many pixels: 413.
    case tooManyPixels(limit: Int)
    /// The model is not installed, or does not fit: 400.
    case model(String)
    /// The device or the server has failed: 500.
    case internalFailure(String)
    /// The server is full or about to end, the time is over, or the client has left.
    case serving(ServingError)
  }

  /// A result.
  public struct Answer: Sendable {
    /// The encoded file.
    public let bytes: [UInt8]
    /// The format of the file.
    public let format: PictureFormat
    /// The size of the picture.
    public let size: Size
    /// How sure the network is that something stands out; nil if the model's task is another.
    public let confidence: Confidence?
    /// What the user should know about the result; one clause each.
    public let notes: [String]
    /// How long each phase has taken, waiting included.
    public let phases: [(name: String, time: Duration)]
  }

  /// Admits requests.
  public let admission: Admission
  /// Runs the models.
  public let engine: Engine<DetectorLoader>
  let decoders: WorkerPool
  let encoders: WorkerPool
  let pixelLimit: Int

  /// Starts the threads. Models are loaded on first use.
  ///
  /// - Parameters:
  ///   - configuration: the limits and sizes.
  ///   - observe: receives what the engine does.
  ///   - notice: receives what the user should know, one line each.
  public init(
    _ configuration: Configuration, observe: @escaping @Sendable (EngineEvent<DetectorKey>) -> Void = { _ in },
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    admission = Admission(configuration.admission)
    pixelLimit = configuration.pixelLimit
    decoders = WorkerPool(name: "decode", count: configuration.threads)
    encoders = WorkerPool(name: "encode", count: configuration.threads)
    let loaders = configuration.devices.map { DetectorLoader(device: $0, batch: configuration.batch, notice: notice) }
    engine = Engine(devices: loaders, byteLimit: configuration.byteLimit, observe: observe)
  }

  /// Makes a result of a picture.
  ///
  /// - Parameters:
  ///   - file: the encoded picture.
  ///   - options: what is made of it.
  ///   - place: the request's place, which claims the picture's pixels.
  ///   - deadline: when the result is no longer wanted.
  public func answer(
    to file: [UInt8], _ options: ResultOptions, in place: Admission.Place, by deadline: ContinuousClock.Instant
  ) async throws(Problem) -> Answer {
    try claim(file, place)
    let clock = ContinuousClock()
    let start = clock.now
    let pixelLimit = pixelLimit
    let picture = try await serving { () throws(ServingError) in
      try await self.decoders.run(by: deadline) {
        try Picture(decoding: file, name: "image", pixelLimit: pixelLimit)
      }
    }
    let decoded = clock.now
    let input = DetectionInput(picture: picture, need: options.need)
    let found = try await serving { () throws(ServingError) in
      try await self.engine.run(input, with: DetectorKey(model: options.model), by: deadline)
    }
    let detected = clock.now
    let (bytes, notes) = try await serving { () throws(ServingError) in
      try await self.encoders.run(by: deadline) {
        let rendering =
          switch found {
          case .detection(let detection): try options.composition.rendering(of: picture, detection)
          case .mask(let mask):
            options.composition.rendering(of: picture, mask: mask.mask, confidence: mask.confidence)
          }
        let notes = rendering.notes
        return (try rendering.encoded(options.encoding, name: "the result"), notes)
      }
    }
    return Answer(
      bytes: bytes, format: options.encoding.format, size: picture.size, confidence: found.confidence,
      notes: picture.notes.map { "\($0)" } + notes,
      phases: [
        ("decode", start.duration(to: decoded)), ("detect", decoded.duration(to: detected)),
        ("encode", detected.duration(to: clock.now)),
      ])
  }

  /// Refuses requests from now on, waits for those under way, and ends the threads.
  ///
  /// - Parameter grace: how long to wait before requests that have not begun are refused.
  /// - Returns: whether every request has been answered.
  @discardableResult
  public func stop(within grace: Duration) async -> Bool {
    admission.close()
    let isDrained = await admission.drain(within: grace)
    await engine.stop()
    await decoders.stop()
    await encoders.stop()
    return isDrained
  }

  /// Claims the pixels that the header of a picture tells. A header that tells nothing is left to the decoder.
  func claim(_ file: [UInt8], _ place: Admission.Place) throws(Problem) {
    guard let size = Picture.claimedSize(of: file) else { return }
    let (pixels, overflow) = size.height.multipliedReportingOverflow(by: size.width)
    guard !overflow, pixels <= pixelLimit else { throw .tooManyPixels(limit: pixelLimit) }
    do throws(ServingError) { try place.claim(pixels: pixels) } catch { throw .serving(error) }
  }

  /// Runs a step, and tells failures of pictures, models and devices apart.
  func serving<Output>(_ step: () async throws(ServingError) -> Output) async throws(Problem) -> Output {
    do throws(ServingError) { return try await step() } catch {
      guard case .failed(let error) = error else { throw .serving(error) }
      let failure = Failure(error)
      switch failure.kind {
      case .file, .usage: throw .picture(failure.description)
      case .model: throw .model(failure.description)
      case .device, .verification: throw .internalFailure(failure.description)
      }
    }
  }
}
