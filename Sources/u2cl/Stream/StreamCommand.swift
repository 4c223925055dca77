import ArgumentParser
import Files
import Models
import Pictures
import Pipelines
import Tensors
import U2Net
import Video

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Mask the frames of a video, from standard input to standard output.",
    usage: """
      u2cl stream [--y4m] [<options>]
      u2cl stream --width <pixels> --height <pixels> [<options>]
      """,
    discussion: """
      Frames come as YUV4MPEG2 (ffmpeg -i IN -f yuv4mpegpipe -), which carries their size and rate, and are written as \
      YUV4MPEG2; cut-outs as raw video in Matroska. Or they are rows of pixels without header or padding, as ffmpeg \
      reads and writes them with -f rawvideo, of the size that is given; then masks are gray, cut-outs rgba and \
      composites rgb24. Frames are written in the order in which they are read. docs/cli.md has command lines for \
      ffmpeg; 'u2cl video' runs it itself.
      """)

  @OptionGroup(title: "Frames") var frames: FrameOptions

  @OptionGroup(title: "Result") var style: FrameStyleOptions

  @OptionGroup(title: "Model") var model: ModelOptions

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Option(
    help: ArgumentHelp(
      "Batch size: frames that the network computes at once, 1 to 4096. A frame waits for its batch.", valueName: "n"))
  var batch = 1

  @OptionGroup var timing: TimingOptions

  @Flag(name: .shortAndLong, help: "Write only failures and fallbacks to standard error.")
  var quiet = false

  func validate() throws {
    try BatchSize.check(batch)
  }

  func run() throws {
    timing.begin()
    let stop = StopSignal()
    let signals = SignalHandler(stop)
    let bytes = StreamBytes(.standardInput, stop: stop)
    let source: FrameSource
    do throws(Failure) { source = try frames.source(bytes) } catch {
      signals.end()
      signals.endProcess()
      throw error
    }
    var writer = FrameWriter(source.format, style.style(background: model.input.background))
    var progress = ProgressDisplay(total: nil, isQuiet: quiet)
    let masking = FrameMasking(
      detection: DetectionSetup(
        model: model, device: device, maps: .saliency, output: .masks, normalization: style.mask.normalization,
        batch: batch, isQuiet: quiet),
      batch: batch, picture: source.pictures(matrix: style.matrix))
    var failure: Failure?
    do throws(Failure) {
      try masking.run(stop: stop) {
        source.next()
      } deliver: { frame throws(Failure) in
        if writer.count == 0, !quiet { warn(of: frame.frame, source.format) }
        try writer.write(frame)
        progress.show(done: writer.count)
      }
    } catch {
      failure = error
    }
    signals.end()
    progress.end()
    if let failure = failure ?? source.failure { throw failure }
    let notes = [style.mask.summary(ofNothingIn: writer.emptyCount), signals.name.map { "stopped by \($0)" }]
    progress.summarize(done: writer.count, of: "frame", notes: notes.compactMap { $0 })
    timing.report(of: "frame", count: writer.count)
    signals.endProcess()
  }

  private func warn(of frame: [UInt8], _ format: StreamFormat) {
    guard case .raw(let format) = format, format.looksTurned(frame) else { return }
    let (width, height) = (format.size.width, format.size.height)
    Console.error(
      """
      the first frame looks like \(height)×\(width), not \(width)×\(height): ffmpeg turns the frames of a phone's \
      clip; with -f yuv4mpegpipe no size is needed
      """)
  }
}

/// The frames that are read.
struct FrameOptions: ParsableArguments {
  @Flag(
    name: .customLong("y4m"),
    help: "Read YUV4MPEG2, which carries the size and the rate. This is the default without --width and --height.")
  var isY4M = false

  @Option(help: ArgumentHelp("Width of a raw frame.", valueName: "pixels"), transform: Self.extent)
  var width: Int?

  @Option(help: ArgumentHelp("Height of a raw frame.", valueName: "pixels"), transform: Self.extent)
  var height: Int?

  @Option(help: ArgumentHelp("Pixel format of raw frames. rgb24 by default.", valueName: "format"))
  var pixel: FrameFormat.Pixel?

  private static func extent(_ text: String) throws -> Int {
    guard let value = Int(text) else {
      throw ValidationError("it is no number of pixels; with -f yuv4mpegpipe ffmpeg tells the size itself")
    }
    return value
  }

  func validate() throws {
    if isY4M, width != nil || height != nil || pixel != nil {
      throw ValidationError("--y4m carries the frames' format; leave out --width, --height and --pixel")
    }
    guard width != nil || height != nil else {
      if pixel != nil { throw ValidationError("--pixel is for raw frames; give --width and --height, too") }
      return
    }
    guard let width else { throw ValidationError("Missing expected argument '--width <pixels>'") }
    guard let height else { throw ValidationError("Missing expected argument '--height <pixels>'") }
    guard width > 0, height > 0, width <= 1 << 16, height <= 1 << 16, width * height <= Picture.pixelLimit else {
      throw ValidationError(
        "A frame of \(width)×\(height) is not possible; it has up to \(Picture.pixelLimit / 1_000_000) million pixels")
    }
  }

  /// The frames of standard input.
  ///
  /// - Throws: `Failure` if standard input is not what the options say.
  func source(_ bytes: StreamBytes) throws(Failure) -> FrameSource {
    let name = "standard input"
    let hasSignature: Bool
    do throws(SystemError) { hasSignature = try bytes.begins(with: Y4MHeader.signature) } catch {
      throw Failure(.file, "\(name) cannot be read (\(error.reason))")
    }
    guard let width, let height, !hasSignature else {
      if !hasSignature, !isY4M {
        throw Failure(.file, "\(name) is no YUV4MPEG2 stream; for raw frames give --width and --height")
      }
      let source = try FrameSource(y4m: bytes, name: name)
      if let width, let height, case .y4m(let header) = source.format,
        header.format.size != Size(height: height, width: width)
      {
        throw Failure(
          .usage,
          "\(name) is YUV4MPEG2 of \(header.format.size), not \(width)×\(height); leave out --width and --height")
      }
      return source
    }
    let format = FrameFormat(size: Size(height: height, width: width), pixel: pixel ?? .rgb24)
    return FrameSource(format, bytes, name: name)
  }
}

/// What is made of frames; the same options in `stream` and `video`.
struct FrameStyleOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "What is made of each frame: its mask, a cut-out, or a composite over --background.",
      valueName: "kind"))
  var output = FrameOutput.mask

  @Option(
    help: ArgumentHelp(
      "Strength of smoothing over time where the picture does not change, from 0 (none) to 1 (the mask never changes).",
      valueName: "strength"))
  var smooth: Number = 0.0

  @Option(
    help: ArgumentHelp(
      """
      Matrix of the colours. By default the one that the video states, or else bt709 from 1280×720 on and bt601 below.
      """, valueName: "matrix"))
  var matrix: VideoColor.Matrix?

  @OptionGroup var mask: MaskOptions

  func validate() throws {
    guard 0...1 ~= smooth.value else { throw ValidationError("--smooth is a number from 0 to 1") }
  }

  /// - Parameter background: the colour that composites are laid over.
  func style(background: Color) -> FrameComposer.Style {
    FrameComposer.Style(
      output: output, background: background, smoothing: smooth.value, matrix: matrix, isInverted: mask.invert)
  }
}

extension VideoColor.Matrix: ExpressibleByArgument {}
