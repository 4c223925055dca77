public import ArgumentParser
public import U2Net

/// Which device runs; the same in every command.
struct DeviceOptions: ParsableArguments, Sendable {
  @Option(help: "auto, gpu, cpu, gpu:1, reference, a number from 'u2cl devices', or a part of a name.")
  var device = "auto"

  @Flag(help: "Fail when the device asked for is not there, instead of using another.")
  var strict = false

  @Option(
    help:
      "auto, fp32 or fp16: how activations are stored; auto is fp16 on a GPU where a trial shows that it does no harm.")
  var precision = PrecisionRequest.auto

  @Flag(help: "Use the defaults, not what 'u2cl tune' found.")
  var noTune = false

  var request: DeviceRequest { DeviceRequest(device) }

  /// The devices asked for by a command that can use several: `all`, or a list with commas.
  var requests: [DeviceRequest] {
    guard device.lowercased() == "all" else {
      return device.split(separator: ",", omittingEmptySubsequences: false).map {
        DeviceRequest(String($0.drop { $0 == " " }))
      }
    }
    let all = (try? ComputeDevice.all()) ?? []
    // Two drivers of one piece of hardware would only be in each other's way.
    let used = all.indices.filter { index in !all[..<index].contains { $0.isSameHardware(as: all[index]) } }
    return used.isEmpty ? [.auto] : used.map { .index($0) }
  }
}

extension PrecisionRequest: ExpressibleByArgument {}

/// Which model runs; the same in every command that shows it pictures.
struct ModelOptions: ParsableArguments, Sendable {
  @Option(
    name: [.short, .long],
    help: "A model's name (u2netp, …) or its file (.onnx, .pth, .safetensors); the built-in model unless told.",
    completion: .file())
  var model: String?

  @OptionGroup var input: InputOptions

  @OptionGroup var store: StoreOptions

  /// The model on a device.
  func detector(
    on request: DeviceRequest, _ options: DeviceOptions, precision: PrecisionRequest? = nil, batch: Int = 1,
    maps: MapSelection, cache: Cache, isQuiet: Bool = false
  ) throws(Failure) -> SaliencyDetector {
    let model = try model.map { name throws(Failure) in try store.model(name, isQuiet: isQuiet) }
    return try input.detector(
      of: model, on: request, options, precision: precision, batch: batch, maps: maps, cache: cache)
  }
}

/// How pictures become a network's input; the same in every command that shows it pictures.
struct InputOptions: ParsableArguments, Sendable {
  @Option(help: "The side of the network's input in pixels; the model's own unless told.")
  var size: Int?

  @Option(help: "How pictures are resized: \(Resampling.allCases.map(\.rawValue).joined(separator: ", ")).")
  var resample = Resampling.bilinear

  @Option(help: "The same for masks on their way back to the picture's size; as pictures are resized unless told.")
  var resampleMask: Resampling?

  @Option(help: "What transparent pictures are laid over: RRGGBB.")
  var background = Color.white

  @OptionGroup var profile: ProfileOptions

  /// A model on a device; the built-in one where it is nil.
  ///
  /// - Parameter precision: another than the options'.
  func detector(
    of model: Model?, on request: DeviceRequest, _ options: DeviceOptions, precision: PrecisionRequest? = nil,
    batch: Int = 1, maps: MapSelection, cache: Cache
  ) throws(Failure) -> SaliencyDetector {
    var adapted = if let model { model } else { try Model.builtIn() }
    try profile.adapt(&adapted.profile)
    let detector = try SaliencyDetector(
      model: adapted, device: request,
      precision: precision ?? options.precision, strict: options.strict, size: size, batch: batch, resampling: resample,
      mapResampling: resampleMask, background: background, maps: maps, cache: cache, usesTunings: !options.noTune)
    for line in [detector.fallback].compactMap({ $0 }) + detector.notes { Console.error(line) }
    detector.noticeHandler = { Console.error($0) }
    return detector
  }
}

/// What is said of a model that does not say it itself, or says it wrongly: custom-trained ones.
struct ProfileOptions: ParsableArguments, Sendable {
  @Option(help: "What is subtracted from red, green and blue in 0 … 1: three numbers, or one for all.")
  var mean: ChannelTriple?

  @Option(help: "What red, green and blue are divided by after that: three numbers, or one for all.")
  var std: ChannelTriple?

  @Option(help: "What samples are divided by first: max (the picture's largest) or 255.")
  var divideBy: Normalization.Scaling?

  @Option(help: "What becomes of the result: \(ModelTask.allCases.map(\.rawValue).joined(separator: ", ")).")
  var task: ModelTask?

  /// Changes what is said.
  func adapt(_ profile: inout ModelProfile) throws(Failure) {
    if let mean { profile.normalization.mean = mean.values }
    if let std {
      guard std.values.allSatisfy({ $0 > 0 }) else { throw Failure(.usage, "--std takes positive numbers") }
      profile.normalization.standardDeviation = std.values
    }
    if let divideBy { profile.normalization.scaling = divideBy }
    if let task { profile.task = task }
  }
}

/// A number for each of red, green and blue: `0.485,0.456,0.406`, or `0.5` for all.
struct ChannelTriple: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    let values = numbers.compactMap { $0 }.filter(\.isFinite)
    guard values.count == numbers.count, values.count == 3 || values.count == 1 else { return nil }
    self.values = values.count == 3 ? values : Array(repeating: values[0], count: 3)
  }
}

extension Resampling: ExpressibleByArgument {}

extension Normalization.Scaling: ExpressibleByArgument {}

extension ModelTask: ExpressibleByArgument {}

extension Color: ExpressibleByArgument {
  /// `RRGGBB` or `#RRGGBB`.
  public init?(argument: String) {
    let digits = argument.hasPrefix("#") ? argument.dropFirst() : argument[...]
    guard digits.count == 6, let value = UInt32(digits, radix: 16) else { return nil }
    self.init(red: UInt8(value >> 16 & 255), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
  }
}
