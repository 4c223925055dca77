public import ArgumentParser
public import U2Net

/// Which device runs; the same in every command.
struct DeviceOptions: ParsableArguments {
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
}

extension PrecisionRequest: ExpressibleByArgument {}

/// Which model runs; the same in every command that shows it pictures.
struct ModelOptions: ParsableArguments {
  @Option(help: "A model's name (u2netp, …) or its file (.onnx, .pth, .safetensors); the built-in model unless told.")
  var model: String?

  @OptionGroup var input: InputOptions

  @OptionGroup var store: StoreOptions

  /// The model on a device.
  func detector(
    on request: DeviceRequest, _ options: DeviceOptions, precision: PrecisionRequest? = nil, maps: MapSelection,
    cache: Cache, isQuiet: Bool = false
  ) throws(Failure) -> SaliencyDetector {
    let model = try model.map { name throws(Failure) in try store.model(name, isQuiet: isQuiet) }
    return try input.detector(of: model, on: request, options, precision: precision, maps: maps, cache: cache)
  }
}

/// How pictures become a network's input; the same in every command that shows it pictures.
struct InputOptions: ParsableArguments {
  @Option(help: "The side of the network's input in pixels; the model's own unless told.")
  var size: Int?

  @Option(help: "How pictures are resized: \(Resampling.allCases.map(\.rawValue).joined(separator: ", ")).")
  var resample = Resampling.bilinear

  @Option(help: "What transparent pictures are laid over: RRGGBB.")
  var background = Color.white

  /// A model on a device; the built-in one where it is nil.
  ///
  /// - Parameter precision: another than the options'.
  func detector(
    of model: Model?, on request: DeviceRequest, _ options: DeviceOptions, precision: PrecisionRequest? = nil,
    maps: MapSelection, cache: Cache
  ) throws(Failure) -> SaliencyDetector {
    let detector = try SaliencyDetector(
      model: model, device: request, precision: precision ?? options.precision, strict: options.strict, size: size,
      resampling: resample, background: background, maps: maps, cache: cache, usesTunings: !options.noTune)
    for line in [detector.fallback].compactMap({ $0 }) + detector.notes { Console.error(line) }
    return detector
  }
}

extension Resampling: ExpressibleByArgument {}

extension Color: ExpressibleByArgument {
  /// `RRGGBB` or `#RRGGBB`.
  public init?(argument: String) {
    let digits = argument.hasPrefix("#") ? argument.dropFirst() : argument[...]
    guard digits.count == 6, let value = UInt32(digits, radix: 16) else { return nil }
    self.init(red: UInt8(value >> 16 & 255), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
  }
}
