import Files
import Video

/// The streams beside the video, and whether the container of the result takes them as they are.
struct KeptStreams: Sendable {
  /// A stream that is kept.
  private struct Kept: Sendable {
    let stream: VideoProbe.Stream
    let isCopied: Bool
  }

  private let kept: [Kept]
  /// The arguments that choose an encoder for subtitles, where ffmpeg has no default.
  private let subtitles: [String]
  /// What is encoded anew, and what is left out.
  let notes: [String]

  /// Tries what the container takes, on the first moment of the streams.
  init(of input: VideoInput, in target: VideoTarget, _ programs: FFmpeg) {
    subtitles = target.container == .mp4 || target.container == .mov ? ["-c:s", "mov_text"] : []
    let encoding = subtitles
    let others = input.others.filter { !$0.isVideo && !$0.isCover }
    func takes(_ streams: [VideoProbe.Stream], copying: Bool) -> Bool {
      let maps = streams.flatMap { ["-map", "0:\($0.index)"] }
      let words =
        maps + (copying ? ["-c", "copy"] : encoding) + ["-t", "0.1", "-f", target.container.rawValue, "/dev/null"]
      return programs.succeeds(
        (FFmpeg.commonOptions + ["-y"]).map { Array($0.utf8) } + FFmpeg.input(input.path)
          + words.map { Array($0.utf8) })
    }
    if others.isEmpty || takes(others, copying: true) {
      (kept, notes) = (others.map { Kept(stream: $0, isCopied: true) }, [])
      return
    }
    var (kept, notes): ([Kept], [String]) = ([], [])
    let ending = target.path.extension.map { ".\($0)" } ?? "the container"
    for stream in others {
      if takes([stream], copying: true) {
        kept.append(Kept(stream: stream, isCopied: true))
      } else if ["audio", "subtitle"].contains(stream.codec_type), takes([stream], copying: false) {
        kept.append(Kept(stream: stream, isCopied: false))
        notes.append("\(stream.name) is encoded anew, because \(ending) cannot hold it as it is")
      } else {
        notes.append("\(stream.name) is left out, because \(ending) cannot hold it")
      }
    }
    (self.kept, self.notes) = (kept, notes)
  }

  /// Whether there are none.
  var isEmpty: Bool { kept.isEmpty }

  /// The arguments that name the streams of the input of that number.
  func maps(input: Int) -> [String] { kept.flatMap { ["-map", "\(input):\($0.stream.index)"] } }

  /// The arguments that take the streams from the input of that number; the video is the first stream of the output.
  func arguments(input: Int) -> [String] {
    maps(input: input) + subtitles
      + kept.enumerated().flatMap { $0.element.isCopied ? ["-c:\($0.offset + 1)", "copy"] : [] }
  }
}
