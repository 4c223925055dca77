public import Serving
public import U2Net

/// Makes results of pictures: decoding, detection and encoding, each on threads of its own.
public final class PictureService: Sendable {
  /// The limits and sizes of a service.
  public struct Configuration: Sendable {
    /// The devices.
    public var devices: [DeviceRequest] = [.auto]
    /// The model of requests that name none.
    public var model = DetectorLoader.builtInName
    /// The models that are loaded before the service is ready.
    public var preload: [String] = []
    /// How activations and weights are stored.
    public var precision = PrecisionRequest.auto
    /// The side of the network's input, in pixels; nil for each model's own.
    public var size: Int?
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
    /// How long a model that could not be loaded is not tried again.
    public var failureMemory = Duration.seconds(5)
    /// How long another device stands in for one that has failed before that one is tried again.
    public var standInTime = Duration.seconds(60)
    /// The installed models.
    public var store = ModelStore()

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
    /// The model is not installed, or an option does not fit: 400.
    case model(String)
    /// The device, the model's file or memory has failed: 503. The same request may succeed later.
    case failure(String)
    /// The server has failed: 500.
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
    /// The size of the result, which is smaller than that of the picture if it was trimmed.
    public let resultSize: Size
    /// The name of the model.
    public let model: String
    /// The name of the device.
    public let device: String
    /// How sure the network is that something stands out; nil if the model's task is another.
    public let confidence: Confidence?
    /// What the user should know about the result; one clause each.
    public let notes: [String]
    /// How long each phase has taken, waiting included.
    public let phases: [(name: String, time: Duration)]
  }

  /// What the service was started with.
  public let configuration: Configuration
  /// Admits requests.
  public let admission: Admission
  /// Runs the models.
  public let engine: Engine<DetectorLoader>
  let state: ServiceState
  let catalogue: Catalogue
  let decoders: WorkerPool
  let encoders: WorkerPool
  /// For the requests whose pictures are decoded. The others wait with their files, which are far smaller.
  private let slots: Slots

  /// Starts the threads. Models are loaded on first use, or by `preload`.
  ///
  /// - Parameters:
  ///   - configuration: the limits and sizes.
  ///   - observe: receives what the engine does, and the number of the device.
  ///   - notice: receives what the user should know, one line each.
  public init(
    _ configuration: Configuration,
    observe: @escaping @Sendable (Int, EngineEvent<DetectorKey>) -> Void = { _, _ in },
    notice: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.configuration = configuration
    admission = Admission(configuration.admission)
    decoders = WorkerPool(name: "decode", count: configuration.threads)
    encoders = WorkerPool(name: "encode", count: configuration.threads)
    // Two batches on each device, and a picture on each thread before and behind them.
    slots = Slots(count: 2 * (configuration.devices.count * configuration.batch + configuration.threads))
    let devices = configuration.devices
    let preloads = devices.indices.flatMap { device in
      configuration.preload.map { ServiceState.Preload(model: $0, device: device) }
    }
    let state = ServiceState(
      devices: devices, vital: Set(configuration.preload + [configuration.model]), preloads: preloads)
    let settings = DetectorLoader.Settings(
      batch: configuration.batch, precision: configuration.precision, size: configuration.size,
      standInTime: configuration.standInTime, store: configuration.store, notice: notice,
      ran: { state.note($1, at: $0) })
    let loaders = devices.enumerated().map { DetectorLoader(device: $1, number: $0, settings) }
    engine = Engine(
      devices: loaders, byteLimit: configuration.byteLimit, failureMemory: configuration.failureMemory
    ) { device, event in
      state.note(event, at: device)
      if case .failed(let key, let error) = event {
        notice("\(key.model) failed on \(devices[device]): \(Failure(error))")
      }
      observe(device, event)
    }
    (self.state, catalogue) = (state, Catalogue(configuration.store))
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
    let clock = ContinuousClock()
    let (key, device) = try target(of: options)
    let slot = try await slot(by: deadline)
    defer { withExtendedLifetime(slot) {} }
    let start = clock.now
    let input = try await decoded(file, options, place, deadline)
    let decoded = clock.now
    let found = try await serving { () throws(ServingError) in
      try await self.engine.run(input.detection, with: key, on: device, by: deadline)
    }
    let detected = clock.now
    let result = try await serving { () throws(ServingError) in
      try await self.encoders.run(by: deadline) { try EncodedResult(input, options, found) }
    }
    return Answer(
      bytes: result.bytes, format: options.encoding.format, size: input.picture.size, resultSize: result.size,
      model: key.model, device: found.device.name, confidence: found.output.confidence,
      notes: input.picture.notes.map { "\($0)" } + result.notes,
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

  /// Waits for a slot, which is to be held while a request's pictures are decoded.
  public func slot(by deadline: ContinuousClock.Instant) async throws(Problem) -> Slots.Slot {
    try await serving { () throws(ServingError) in try await self.slots.take(by: deadline) }
  }

  /// Decodes the pictures of a request, after their pixels were claimed.
  private func decoded(
    _ file: [UInt8], _ options: ResultOptions, _ place: Admission.Place, _ deadline: ContinuousClock.Instant
  ) async throws(Problem) -> DecodedInput {
    try claim(file, place)
    if let backdrop = options.backdropFile { try claim(backdrop, place) }
    let pixelLimit = configuration.pixelLimit
    return try await serving { () throws(ServingError) in
      try await self.decoders.run(by: deadline) { try DecodedInput(file, options, pixelLimit: pixelLimit) }
    }
  }

  /// Claims the pixels that the header of a picture tells. A header that tells nothing is left to the decoder.
  func claim(_ file: [UInt8], _ place: Admission.Place) throws(Problem) {
    if let size = Picture.claimedSize(of: file) { try claim(size, in: place) }
  }

  /// Runs a step, and tells failures of pictures, models and devices apart.
  func serving<Output>(_ step: () async throws(ServingError) -> Output) async throws(Problem) -> Output {
    do throws(ServingError) { return try await step() } catch {
      guard case .failed(let error) = error else { throw .serving(error) }
      throw Problem(error)
    }
  }
}

extension PictureService.Problem {
  /// The problem behind an error of a thread or a device, in words that clients may read.
  public init(_ error: any Error) {
    switch error {
    case let problem as PictureService.Problem: self = problem
    case let failure as LoadFailure: self = failure.kind == .request ? .model(failure.line) : .failure(failure.line)
    case let error as PictureError: self.init(error)
    default:
      let failure = Failure(error)
      switch failure.kind {
      case .file, .usage: self = .picture(failure.description)
      case .model: self = .failure("the model cannot be used; the server's log says why")
      case .device, .verification: self = .failure(DeviceLine.text(failure, device: "of the server"))
      }
    }
  }

  private init(_ error: PictureError) {
    switch error.problem {
    case .tooManyPixels(_, let limit): self = .tooManyPixels(limit: limit)
    case .outOfMemory: self = .failure("there is not enough memory for the picture at the moment; try again later")
    default: self = .picture(error.description)
    }
  }
}
