import U2Net

/// What `run --json` says.
struct RunReport: Codable {
  struct Entry: Codable, Sendable {
    let input: String
    let width: Int
    let height: Int
    /// What was made.
    let output: Composition.Kind
    /// Its file; nil where it went to standard output.
    let file: String?
    let sideMaps: [String]
    /// The masks of a parsing model's classes, the background's first; `file` is then the label map. Nil for other models.
    let classMasks: [String]?
    /// What the reader should know of the picture.
    let notes: [String]
    /// Decoding, network and encoding.
    let seconds: Double
  }

  /// A picture of which nothing was made.
  struct Failed: Codable {
    let input: String
    let error: String
  }

  /// The version of this form.
  var schema = 1
  /// u2cl's version.
  var version = u2clVersion
  let model: String
  /// The first device.
  let device: DeviceReport
  /// All devices, where there are several.
  let devices: [DeviceReport]?
  let pictures: [Entry]
  let failures: [Failed]
}

extension RunReport {
  /// The whole run; nil where nothing was done.
  init?(_ teller: RunReporter, on loaded: [DetectionSetup.Loaded]) {
    guard let first = loaded.first, !teller.entries.isEmpty else { return nil }
    self.init(
      model: first.model, device: first.device, devices: loaded.count > 1 ? loaded.map(\.device) : nil,
      pictures: teller.entries, failures: teller.failures)
  }
}
