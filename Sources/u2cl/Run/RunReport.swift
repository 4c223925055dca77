import Files
import Models
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
}

extension RunReport {
  /// The report of a run.
  init(_ reporter: RunReporter, on loaded: [DetectionSetup.Loaded]) {
    self.init(
      model: loaded.first?.model, device: loaded.first?.device,
      devices: loaded.count > 1 ? loaded.map(\.device) : nil,
      pictures: reporter.entries, failures: reporter.failures)
  }
}
