import ArgumentParser
import FoundationEssentials
import Glibc
import Pipelines
import U2Net

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream", abstract: "Mask the raw frames of a video, from standard input to standard output.",
    discussion: """
      Frames are rows of pixels without header or padding, as ffmpeg reads and writes them with -f rawvideo; they come
      out in the order in which they came in. README.md has the command lines for ffmpeg.
      """)

  @Option(help: "A frame's width in pixels.")
  var width: Int

  @Option(help: "A frame's height in pixels.")
  var height: Int

  @Option(help: "What a pixel of the frames that come in is: rgb24, rgba or gray.")
  var pixel = FrameFormat.Pixel.rgb24

  @Option(
    name: [.short, .long],
    help: "The frames that go out: mask (gray), rgba (cut out), composite (rgb24, laid over --background).")
  var output = FrameOutput.mask

  @Option(
    help: "How strongly masks are smoothed over time where the picture stands still: 0, not at all, to 1, for ever.")
  var smooth = 0.0

  @OptionGroup var model: ModelOptions

  @OptionGroup var device: DeviceOptions

  @Option(help: "So many frames go through the network at once; each waits for the others.")
  var batch = 1

  @Flag(name: .shortAndLong, help: "Nothing on standard error but failures and fallbacks.")
  var quiet = false

  func validate() throws {
    guard width > 0, height > 0, width <= 1 << 16, height <= 1 << 16, width * height <= Picture.pixelLimit else {
      throw ValidationError("A frame of \(width)×\(height) is not possible; it has up to 100 million pixels")
    }
    guard 0...1 ~= smooth else { throw ValidationError("--smooth is a number from 0 to 1") }
    guard Benchmark.batchRange.contains(batch) else {
      throw ValidationError("A batch has from 1 to \(Benchmark.batchRange.upperBound) pictures")
    }
  }

  func run() throws {
    let format = FrameFormat(size: Size(height: height, width: width), pixel: pixel)
    let stop = StopSignal()
    let interruption = SignalHandler(stop)
    let source = FrameSource(format: format, descriptor: STDIN_FILENO, stop: stop)
    var writer = FrameWriter(output: output, background: model.input.background, smoothing: smooth)
    var progress = ProgressDisplay(total: nil, isQuiet: quiet)
    var failure: Failure?
    let detection = DetectionSetup(
      model: model, device: device, maps: .saliency, need: .masks, batch: batch, isQuiet: quiet)
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
    interruption.end()
    progress.end()
    if let failure = failure ?? source.failure { throw failure }
    progress.tell(done: writer.count, of: "frame", notes: interruption.name.map { ["stopped by \($0)"] } ?? [])
    interruption.endProcess()
  }

  private func pipeline(_ detection: DetectionSetup, _ format: FrameFormat) -> FramePipeline {
    let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)
    var limits = FramePipeline.Limits(threads: cores)
    limits.batch = batch
    limits.patience = .seconds(1)
    return FramePipeline(
      limits: limits,
      load: { frame, _ in .success(DecodedPicture(picture: format.picture(of: frame), duration: .zero)) },
      devices: detection.devices(),
      store: { _, found in
        Result { () throws(Failure) in MaskedFrame(picture: found.picture, mask: try found.detection.mask()) }
      })
  }
}

typealias FramePipeline = DetectionSetup.Line<[UInt8], MaskedFrame>

/// A frame and its mask.
struct MaskedFrame: Sendable {
  let picture: Picture
  let mask: Mask
}
