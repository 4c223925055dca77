import ArgumentParser
import Caches
import Files
import Models
import Pictures
import U2Net

/// The device that runs; the same options in every command.
struct DeviceOptions: ParsableArguments, Sendable {
  @Option(
    help: """
      Device: auto (the best), gpu, cpu, gpu:1 (the second GPU), reference (no OpenCL), a number from 'u2cl devices', \
      or part of a device's name.
      """)
  var device = "auto"

  @Flag(help: "Fail if the requested device is not available, instead of using another.")
  var strict = false

  @Option(
    help: """
      Precision of activations and weights; auto uses fp16 on a GPU where a trial shows that the masks stay the same.
      """)
  var precision = PrecisionRequest.auto

  @Flag(help: "Ignore the results of 'u2cl tune'.")
  var noTune = false

  @Option(
    help: ArgumentHelp(
      """
      Threads that compute on the processor, 1 to 1024, those of OpenCL drivers included. By default, as many as the \
      process may keep cores busy.
      """, valueName: "n"))
  var threads: Int?

  func validate() throws {
    let range = ThreadSettings.range
    guard threads.map(range.contains) ?? true else {
      throw ValidationError("--threads takes a number from \(range.lowerBound) to \(range.upperBound)")
    }
  }

  var request: DeviceRequest { DeviceRequest(device) }

  /// The requested devices of a command that can use several: `all`, or a list with commas.
  var requests: [DeviceRequest] {
    guard device.lowercased() == "all" else {
      return device.split(separator: ",", omittingEmptySubsequences: false).map {
        DeviceRequest(String($0.drop { $0 == " " }))
      }
    }
    let all = (try? ComputeDevice.all()) ?? []
    // Two drivers of the same hardware would compete for it.
    let used = all.indices.filter { index in !all[..<index].contains { $0.isSameHardware(as: all[index]) } }
    return used.isEmpty ? [.auto] : used.map { .index($0) }
  }
}

/// The model that runs; the same options in every command that takes pictures.
struct ModelOptions: ParsableArguments, Sendable {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Model: a name from 'u2cl models list', or a file (.onnx, .pth, .safetensors). The built-in model by default.",
      valueName: "name or file"),
    completion: .file())
  var model: FilePath?

  @OptionGroup var store: StoreOptions

  @OptionGroup var input: InputOptions

  /// Loads the model on a device.
  ///
  /// - Throws: `Failure` if the model or the device cannot be used.
  func detector(
    on request: DeviceRequest, _ options: DeviceOptions, precision: PrecisionRequest? = nil, batch: Int = 1,
    maps: MapSelection, normalization: MapNormalization = .minMax, cache: Cache, isQuiet: Bool = false,
    answersMeanwhile: Bool = false
  ) throws(Failure) -> SaliencyDetector {
    let model = try model.map { name throws(Failure) in try store.model(name, isQuiet: isQuiet) }
    return try input.detector(
      of: model, on: request, options, precision: precision, batch: batch, maps: maps, normalization: normalization,
      cache: cache, isQuiet: isQuiet, answersMeanwhile: answersMeanwhile)
  }
}

/// How pictures become the network's input; the same options in every command that takes pictures.
struct InputOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "Side of the network's square input, 1 to 8192 pixels. The model's own size by default.", valueName: "pixels"))
  var size: Int?

  @Option(help: ArgumentHelp("How pictures are resized to the network's input.", valueName: "method"))
  var resample = Resampling.bilinear

  @Option(
    help: ArgumentHelp(
      "How masks are resized to the size of the picture. The same as --resample by default.", valueName: "method"))
  var resampleMask: Resampling?

  @Option(help: ArgumentHelp("Colour that transparent pictures are laid over.", valueName: "RRGGBB"))
  var background = Color.white

  @OptionGroup var profile: ProfileOptions

  /// Loads a model on a device.
  ///
  /// - Parameters:
  ///   - model: the model; nil for the built-in one.
  ///   - precision: the precision; nil for that of the options.
  ///   - answersMeanwhile: whether the CPU reference may answer while programs are compiled in the background.
  /// - Throws: `Failure` if the model or the device cannot be used.
  func detector(
    of model: Model?, on request: DeviceRequest, _ options: DeviceOptions, precision: PrecisionRequest? = nil,
    batch: Int = 1, maps: MapSelection, normalization: MapNormalization = .minMax, cache: Cache, isQuiet: Bool = false,
    answersMeanwhile: Bool = false
  ) throws(Failure) -> SaliencyDetector {
    var adapted = if let model { model } else { try Model.builtIn() }
    try profile.adapt(&adapted.profile)
    var compilation = CompilationOptions(
      maps: maps, precision: precision ?? options.precision, cache: cache, usesTunings: !options.noTune)
    compilation.answersMeanwhile = answersMeanwhile
    compilation.progress = CompilationDisplay.handler(isQuiet: isQuiet)
    let detector = try SaliencyDetector(
      model: adapted, on: DeviceChoice(request, strict: options.strict), request, strict: options.strict, size: size,
      batch: batch, resampling: resample, mapResampling: resampleMask, mapNormalization: normalization,
      background: background, compilation)
    for line in [detector.fallback].compactMap({ $0 }) + detector.notes { Console.error(line) }
    detector.noticeHandler = { Console.error($0) }
    return detector
  }
}

/// Corrections of what a model's file says about its pictures and its output, for custom-trained models.
struct ProfileOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "Mean of red, green and blue that is subtracted, on the scale 0 to 1: three numbers, or one for all.",
      valueName: "R,G,B"))
  var mean: ChannelTriple?

  @Option(
    help: ArgumentHelp(
      "Standard deviation that red, green and blue are divided by: three numbers, or one for all.", valueName: "R,G,B"))
  var std: ChannelTriple?

  @Option(
    help: ArgumentHelp(
      "Divisor of the samples before --mean and --std: the picture's maximum, or 255.", valueName: "divisor"))
  var divideBy: Normalization.Scaling?

  @Option(
    help: ArgumentHelp(
      "What the model's output is: a mask (saliency), classes (parsing), or a drawing (portrait).", valueName: "task"))
  var task: ModelTask?

  /// Applies the corrections to a profile.
  ///
  /// - Throws: `Failure` if a standard deviation is not positive.
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
