import Files
import Models
import Pipelines
import Processes
import StageTiming
import U2Net
import Video

/// One ffmpeg decodes a video, its frames are masked, and another ffmpeg encodes what is made of them, with the other
/// streams of the file.
final class VideoConversion {
  private let input: VideoInput
  private let target: VideoTarget
  private let kept: KeptStreams
  private let programs: FFmpeg
  private let style: FrameComposer.Style
  private let running = RunningPrograms()
  private let stop: StopSignal
  private var encoder: PipedProcess?
  /// The number of frames so far.
  private(set) var count = 0
  /// The number of frames in which nothing stands out.
  private(set) var emptyCount = 0

  init(
    _ input: VideoInput, to target: VideoTarget, _ kept: KeptStreams, _ programs: FFmpeg, _ style: FrameComposer.Style,
    stop: StopSignal
  ) {
    (self.input, self.target, self.kept, self.programs, self.style) = (input, target, kept, programs, style)
    self.stop = stop
    running.end(on: stop)
  }

  /// Converts the video.
  ///
  /// - Parameters:
  ///   - file: the file of the result.
  ///   - detection: what masks the frames.
  ///   - tell: receives what the user should know.
  ///   - progress: receives the number of frames now and then.
  /// - Throws: `Failure` if something fails, also because the stop signal was given.
  func run(
    into file: FileDescriptor, _ detection: DetectionSetup, batch: Int, tell: (String) -> Void,
    progress: (Int) -> Void
  ) throws(Failure) {
    defer { running.end() }
    guard
      let decoder = PipedProcess(programs.ffmpeg, arguments: input.decoding(programs, kept), [.output, .notes]),
      let output = decoder.output
    else { throw Failure(.file, "\(programs.ffmpeg) cannot be started") }
    running.add(decoder)
    let source: FrameSource
    do throws(Failure) {
      source = try FrameSource(y4m: StreamBytes(output, stop: stop), name: "\(input.path)", adapt: adapted)
    } catch {
      throw undecodable(decoder)
    }
    guard case .y4m(let header) = source.format else { return }
    for note in target.notes(header.format) { tell(note) }
    var composer = FrameComposer(source.format, style)
    guard let made = composer.format else { return }
    let codec = try target.codec(made)
    let writer = MatroskaWriter(made)
    let times = FrameTimes(decoder.notes, start: input.start, of: input.video)
    var last: [UInt8] = []
    let masking = FrameMasking(detection: detection, batch: batch, picture: source.pictures(matrix: style.matrix))
    try masking.run(stop: stop) {
      let frame = source.next()
      if frame != nil { times.read() }
      return frame
    } deliver: { frame throws(Failure) in
      let time = times.next()
      if count == 0 { try start(codec, writer, file, at: time) }
      try write(writer.frameHeader(at: time))
      last = composer.bytes(of: frame)
      try Stage.write.measure(bytes: { last.count }) { () throws(Failure) in try write(last) }
      count += 1
      progress(count)
    }
    emptyCount = composer.emptyCount
    if stop.isGiven { throw Failure(.file, "\(target.path) was not written") }
    if count > 0, source.failure == nil, let time = times.repetition(before: input.end) {
      try write(writer.frameHeader(at: time))
      try write(last)
    }
    try end(decoder, source, tell)
  }

  /// The format of the frames, with what the file says of its colours.
  private func adapted(_ format: VideoFormat) -> VideoFormat {
    var format = format
    let isFullRange = format.color.isFullRange
    format.color = input.video.color
    format.color.isFullRange = isFullRange
    format.fields = .none
    format.rate = input.video.constantRate ?? .unknown
    return format
  }

  /// - Parameter time: that of the first frame, in microseconds; ffmpeg would begin its clock there.
  private func start(
    _ codec: [String], _ writer: MatroskaWriter, _ file: FileDescriptor, at time: Int
  ) throws(Failure) {
    let clock = [programs.frameRateOption, "passthrough", "-enc_time_base:0", "1/\(input.video.ticks)"]
    let seconds = Format.fixed(Double(time) / 1e6, 6)
    let before = FFmpeg.commonOptions + ["-y", "-itsoffset", seconds, "-f", "matroska", "-i", "pipe:0"]
    let after =
      ["-map", "0:v:0"] + kept.arguments(input: 1) + ["-map_metadata", "1", "-map_chapters", "1"] + codec + clock
      + target.muxing + ["file:/proc/self/fd/3"]
    // See `VideoInput.decoding`.
    let read = kept.isEmpty ? [] : ["-map", "1:\(input.video.index)", "-c", "copy", "-f", "null", "-"]
    let arguments =
      before.map { Array($0.utf8) } + FFmpeg.input(input.path) + (after + read).map { Array($0.utf8) }
    guard let encoder = PipedProcess(programs.ffmpeg, arguments: arguments, .input, file: file) else {
      throw Failure(.file, "\(programs.ffmpeg) cannot be started")
    }
    running.add(encoder)
    self.encoder = encoder
    try write(writer.header)
  }

  private func write(_ bytes: [UInt8]) throws(Failure) {
    guard let encoder, let pipe = encoder.input else { return }
    do throws(SystemError) { try pipe.write(bytes) } catch {
      throw unwritable(encoder)
    }
  }

  private func end(_ decoder: PipedProcess, _ source: FrameSource, _ tell: (String) -> Void) throws(Failure) {
    guard count > 0, decoder.wait() == .exit(0) else { throw undecodable(decoder) }
    if let failure = source.failure { throw failure }
    guard let encoder else { return }
    encoder.endInput()
    guard encoder.wait() == .exit(0) else { throw unwritable(encoder) }
    if let complaint = FFmpeg.complaint(of: decoder) ?? FFmpeg.complaint(of: encoder) {
      tell("ffmpeg went on after an error\(FFmpeg.reason(complaint, input.path)); check the result")
    }
  }

  private func undecodable(_ decoder: PipedProcess) -> Failure {
    let end = decoder.wait()
    let reason = FFmpeg.complaint(of: decoder) ?? (end == .exit(0) ? "it has no frame" : "ffmpeg \(end)")
    return Failure(.file, "\(input.path) cannot be decoded\(FFmpeg.reason(reason, input.path)); copy it again")
  }

  private func unwritable(_ encoder: PipedProcess) -> Failure {
    encoder.endInput()
    let end = encoder.wait()
    let reason = FFmpeg.reason(FFmpeg.complaint(of: encoder) ?? "ffmpeg \(end)", target.path)
    return Failure(.file, "\(target.path) cannot be written\(reason); check the free space and \(input.path)")
  }
}
