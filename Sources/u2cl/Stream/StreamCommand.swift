import ArgumentParser
import Files
import Host
import Models
import Pictures
import Pipelines
import Tensors
import U2Net

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Mask the raw frames of a video, from standard input to standard output.",
    usage: "u2cl stream --width <pixels> --height <pixels> [<options>]",
    discussion: """
      Frames are rows of pixels without header or padding, as ffmpeg reads and writes them with -f rawvideo. They are \
      written in the order in which they are read. docs/cli.md has command lines for ffmpeg.
      """)

  @OptionGroup(title: "Frames") var frames: FrameOptions

  @OptionGroup(title: "Model") var model: ModelOptions

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Option(
    help: ArgumentHelp(
      "Batch size: frames that the network computes at once, 1 to 4096. A frame waits for its batch.", valueName: "n"))
  var batch = 1

  @Flag(name: .shortAndLong, help: "Write only failures and fallbacks to standard error.")
  var quiet = false

  func validate() throws {
    try BatchSize.check(batch)
  }

  func run() throws {
    let format = FrameFormat(size: Size(height: frames.height, width: frames.width), pixel: frames.pixel)
    let stop = StopSignal()
    let signals = SignalHandler(stop)
    let source = FrameSource(format: format, file: .standardInput, stop: stop)
    var writer = FrameWriter(
      output: frames.output, background: model.input.background, smoothing: frames.smooth.value,
      isInverted: frames.mask.invert)
    var progress = ProgressDisplay(total: nil, isQuiet: quiet)
    var failure: Failure?
    let detection = DetectionSetup(
      model: model, device: device, maps: .saliency, output: .masks, normalization: frames.mask.normalization,
      batch: batch, isQuiet: quiet)
    pipeline(detection, format).run(stop: stop) {
      source.next()
    } deliver: { _, result in
      guard failure == nil else { return }
      do throws(Failure) {
        try Console.write(try writer.bytes(of: try result.get()))
        progress.show(done: writer.count)
      } catch {
        failure = error
        stop.request()
      }
    }
    signals.end()
    progress.end()
    if let failure = failure ?? source.failure { throw failure }
    let notes = [frames.mask.summary(ofNothingIn: writer.emptyCount), signals.name.map { "stopped by \($0)" }]
    progress.summarize(done: writer.count, of: "frame", notes: notes.compactMap { $0 })
    signals.endProcess()
  }

  private func pipeline(_ detection: DetectionSetup, _ format: FrameFormat) -> FramePipeline {
    let threads = Host.threadCount
    var limits = FramePipeline.Limits(threads: threads)
    limits.batch = batch
    limits.patience = .seconds(1)
    return FramePipeline(
      limits: limits,
      load: { frame, _ in .success(DecodedPicture(picture: format.picture(of: frame), duration: .zero)) },
      devices: detection.devices(),
      store: { _, found in
        Result { () throws(Failure) in
          MaskedFrame(picture: found.picture, mask: try found.mask(), confidence: found.confidence)
        }
      })
  }
}

typealias FramePipeline = DetectionSetup.Line<[UInt8], MaskedFrame>

/// A frame and its mask.
struct MaskedFrame: Sendable {
  let picture: Picture
  let mask: Mask
  /// How sure the network is that something stands out; nil for models with another task.
  let confidence: Confidence?
}

/// The frames of `u2cl stream`.
struct FrameOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Width of a frame.", valueName: "pixels"))
  var width: Int

  @Option(help: ArgumentHelp("Height of a frame.", valueName: "pixels"))
  var height: Int

  @Option(help: ArgumentHelp("Pixel format of the frames that are read.", valueName: "format"))
  var pixel = FrameFormat.Pixel.rgb24

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Frames that are written: mask (gray), rgba (cut-out), or composite (rgb24, laid over --background).",
      valueName: "frames"))
  var output = FrameOutput.mask

  @Option(
    help: ArgumentHelp(
      "Strength of smoothing over time where the picture does not change, from 0 (none) to 1 (the mask never changes).",
      valueName: "strength"))
  var smooth: Number = 0.0

  @OptionGroup var mask: MaskOptions

  func validate() throws {
    guard width > 0, height > 0, width <= 1 << 16, height <= 1 << 16, width * height <= Picture.pixelLimit else {
      throw ValidationError("A frame of \(width)×\(height) is not possible; it has up to 100 million pixels")
    }
    guard 0...1 ~= smooth.value else { throw ValidationError("--smooth is a number from 0 to 1") }
  }
}
