import FileSelection
import Files
import Models
import StageTiming
import U2Net

/// The report of `run --json`.
struct RunReport: Encodable {
  /// A picture that was processed.
  struct Entry: Encodable, Sendable {
    let input: FilePath
    let width: Int
    let height: Int
    /// The kind of the result.
    let output: Composition.Kind
    /// The file of the result; nil for standard output.
    let file: FilePath?
    let sideMaps: [FilePath]
    /// The masks of a parsing model's classes, the background first; `file` is the label map then. Nil for other
    /// models.
    let classMasks: [FilePath]?
    /// How sure the network is that something stands out; nil for models with another task.
    let confidence: Confidence?
    /// What the reader should know about the picture.
    let notes: [String]
    /// The time of decoding, network and encoding.
    let seconds: Double
  }

  /// A picture that could not be processed.
  struct Failed: Encodable {
    let input: FilePath
    let error: String
  }

  /// A picture whose result existed already.
  struct Skipped: Encodable {
    let input: FilePath
    let file: FilePath?
  }

  /// Something that lies where the pictures were found and that was not taken.
  struct NotTaken: Encodable {
    let input: FilePath
    /// One of the words in docs/cli.md.
    let reason: String
    /// The format, or the system's own words; nil if the reason says all.
    let detail: String?
  }

  /// The version of this report's format.
  var schema = 1
  /// The version of u2cl.
  var version = u2clVersion
  /// The model and the first device; nil if none was loaded, because there was nothing to compute.
  let model: String?
  let device: DeviceReport?
  /// All devices; nil if there is one.
  let devices: [DeviceReport]?
  let pictures: [Entry]
  let failures: [Failed]
  /// Pictures that were left out because their results existed; see `--skip-existing`.
  let skipped: [Skipped]
  let notTaken: [NotTaken]
  /// Where the processor's time went; nil if nothing was measured.
  let timings: StageReport?
}

extension RunReport {
  /// The report of a run.
  init(
    _ reporter: RunReporter, on loaded: [DetectionSetup.Loaded], skipped: [PictureJob], leftOut: [LeftOutFile]
  ) {
    self.init(
      model: loaded.first?.model, device: loaded.first?.device,
      devices: loaded.count > 1 ? loaded.map(\.device) : nil,
      pictures: reporter.entries, failures: reporter.failures,
      skipped: skipped.map { Skipped(input: $0.input.path, file: $0.target) },
      notTaken: leftOut.map { file in
        let code = file.reason.code
        return NotTaken(input: file.file.path, reason: code.word, detail: code.detail)
      },
      timings: StageTimes.ofProcess?.report)
  }
}
