import ArgumentParser
import Files
import LibC
import Models
import Pipelines
import U2Net

struct VideoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "video", abstract: "Mask a video file: ffmpeg decodes and encodes it.",
    discussion: """
      The result has the size, the pixel aspect, the times of the frames, the sound and the other streams of the \
      video. It is upright, as players show it. The ending of its name decides how it is stored: .mp4 and .mov (H.264, \
      or HEVC for more than 8 bits), .mkv and .webm (VP9). Cut-outs have alpha in .mov (ProRes 4444), .webm (VP9) and \
      .mkv (FFV1, without loss). An existing file is replaced when the new one is whole.

      ffmpeg is a program of its own (Debian: apt-get install ffmpeg). For pipes and other formats there is 'u2cl \
      stream'.
      """)

  @Argument(help: "Video to read.", completion: .file())
  var input: FilePath

  @Argument(help: "File of the result: .mp4, .mov, .mkv or .webm.", completion: .file())
  var result: FilePath

  @OptionGroup(title: "Result") var style: FrameStyleOptions

  @Option(
    help: ArgumentHelp(
      "Constant rate factor of H.264, HEVC and VP9, from 0 (best) to 51. 18 by default, 24 for VP9.", valueName: "crf"))
  var crf: Int?

  @Option(help: ArgumentHelp("The ffmpeg to run. The one in PATH by default.", valueName: "path"), completion: .file())
  var ffmpeg: FilePath?

  @OptionGroup(title: "Model") var model: ModelOptions

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Option(
    help: ArgumentHelp("Batch size: frames that the network computes at once, 1 to 4096.", valueName: "n"))
  var batch = 1

  @OptionGroup var timing: TimingOptions

  @Flag(name: .shortAndLong, help: "Write only failures and fallbacks to standard error.")
  var quiet = false

  func validate() throws {
    try BatchSize.check(batch)
    if let crf, !(0...51).contains(crf) { throw ValidationError("--crf goes from 0 to 51") }
  }

  func run() throws {
    timing.begin()
    // An encoder that ends early is an error like any other.
    signal(SIGPIPE, SIG_IGN)
    let programs = try FFmpeg(ffmpeg)
    let source = try VideoInput(input, programs)
    if input.resolved == result.resolved {
      throw Failure(.usage, "\(result) is the video itself and would be overwritten; name another file")
    }
    let target = try VideoTarget(result, style.output, quality: crf, programs)
    let kept = KeptStreams(of: source, in: target, programs)
    let stop = StopSignal()
    let signals = SignalHandler(stop)
    let tell: (String) -> Void = { [quiet] note in if !quiet { Console.error("\(input): \(note)") } }
    for note in source.notes + kept.notes { tell(note) }
    let conversion = VideoConversion(
      source, to: target, kept, programs, style.style(background: model.input.background), stop: stop)
    let detection = DetectionSetup(
      model: model, device: device, maps: .saliency, output: .masks, normalization: style.mask.normalization,
      batch: batch, isQuiet: quiet)
    var progress = ProgressDisplay(total: source.frameCount, isQuiet: quiet)
    let failure = save(target.path) { file throws(Failure) in
      try conversion.run(into: file, detection, batch: batch, tell: tell) { done in
        // The summary reports the last frame.
        if done != source.frameCount { progress.show(done: done) }
      }
    }
    signals.end()
    progress.end()
    if let name = signals.name, failure != nil {
      if !quiet { Console.error("stopped by \(name); \(target.path) was not written") }
      signals.endProcess()
    }
    if let failure { throw failure }
    let notes = [style.mask.summary(ofNothingIn: conversion.emptyCount)].compactMap { $0 }
    progress.summarize(done: conversion.count, of: "frame", notes: notes)
    timing.report(of: "frame", count: conversion.count)
    try Console.write(target.path)
  }

  /// Writes the result whole or not at all.
  ///
  /// - Returns: why it was not written.
  private func save(_ path: FilePath, _ fill: (FileDescriptor) throws(Failure) -> Void) -> Failure? {
    do { try WholeFile.save(to: path, fill) } catch let error as SystemError {
      return Failure(.file, "\(path) cannot be written (\(error.reason)); check the folder and the free space")
    } catch {
      return Failure(error)
    }
    return nil
  }
}
