import FoundationEssentials
import Kernels

/// What is remembered of a trial of kernels: one line of a device's journal.
struct KernelTrialRecord: Hashable, Sendable, Codable {
  /// How far a trial came.
  enum Outcome: String, Hashable, Sendable, Codable {
    /// It was begun. Where nothing follows, it ended the process.
    case begun
    /// The kernels compute what the portable ones do.
    case right
    /// These variants are not used on the device, for the reason given.
    case refused
  }

  /// A kernel variant as text.
  struct Variant: Hashable, Sendable, Codable {
    let function: String
    let source: String
    let options: String

    init(_ variant: KernelVariant) {
      (function, source, options) = (variant.function, variant.source.rawValue, variant.options)
    }

    /// Nil where this program has no such file.
    var variant: KernelVariant? {
      KernelSource(rawValue: source).map { KernelVariant(function: function, source: $0, options: options) }
    }
  }

  /// Which trial.
  let subject: String
  let outcome: Outcome
  /// The kernels that the trial is about, or those that are refused.
  let variants: [Variant]
  /// Why they are refused, in a few words.
  var reason: String?
  /// The most work-items of a group that the variants' functions may still be tried with; nil where their size is not to
  /// blame.
  var groupLimit: Int?

  init(
    _ subject: String, _ outcome: Outcome, _ variants: some Sequence<KernelVariant>, reason: String? = nil,
    groupLimit: Int? = nil
  ) {
    (self.subject, self.outcome, self.reason, self.groupLimit) = (subject, outcome, reason, groupLimit)
    self.variants = variants.map(Variant.init).sorted { ($0.function, $0.options) < ($1.function, $1.options) }
  }

  /// Nil where a line is no record.
  init?(line: String) {
    guard let record = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) else { return nil }
    self = record
  }

  /// One line of JSON.
  var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// The kernels of a precision that were tried on a device, in this process and in those before it.
struct KernelTrialLog {
  private var journal: DeviceJournal
  /// The trials that ended well.
  private(set) var passed: Set<String> = []
  /// What is not used, and why.
  private(set) var refused: [KernelVariant: String] = [:]
  /// The most work-items of a group of each function, where larger ones failed.
  private(set) var groupLimits: [String: Int] = [:]

  private var failures: [String: Set<KernelVariant>] = [:]

  /// How many variants of one function may be refused before all of it is.
  private static let mostRefusals = 3

  init(_ journal: DeviceJournal) {
    self.journal = journal
    let records = journal.lines.compactMap(KernelTrialRecord.init(line:))
    for record in records { note(record) }
    // What has no end ended the process that began it.
    for record in Self.open(records) {
      append(
        KernelTrialRecord(
          record.subject, .refused, record.variants.compactMap(\.variant), reason: "ended the process that tried it"))
    }
  }

  /// Whether a process ended over a trial.
  static func isOpen(_ journal: DeviceJournal) -> Bool {
    !open(journal.lines.compactMap(KernelTrialRecord.init(line:))).isEmpty
  }

  private static func open(_ records: [KernelTrialRecord]) -> [KernelTrialRecord] {
    var begun: [String: KernelTrialRecord] = [:]
    for record in records {
      begun[record.subject] = record.outcome == .begun ? record : nil
    }
    return begun.values.sorted { $0.subject < $1.subject }
  }

  mutating func append(_ record: KernelTrialRecord) {
    journal.append(record.line)
    note(record)
  }

  private mutating func note(_ record: KernelTrialRecord) {
    switch record.outcome {
    case .begun: break
    case .right: passed.insert(record.subject)
    case .refused:
      for variant in record.variants.compactMap(\.variant) {
        refused[variant] = record.reason ?? "failed"
        if let limit = record.groupLimit {
          groupLimits[variant.function] = min(limit, groupLimits[variant.function] ?? limit)
        } else {
          failures[variant.function, default: []].insert(variant)
        }
      }
    }
  }

  /// The functions of which so many variants failed, whatever their size, that no other is tried.
  var refusedFunctions: Set<String> { Set(failures.filter { $0.value.count >= Self.mostRefusals }.keys) }

  /// What users should know, in one line; nil where everything works.
  func note(on device: String) -> String? {
    let functions = Dictionary(grouping: refused, by: \.key.function).sorted { $0.key < $1.key }
    guard !functions.isEmpty else { return nil }
    let list = functions.map { function, variants in
      let reasons = Set(variants.map(\.value)).sorted().joined(separator: "; ")
      let number = variants.count == 1 ? "one variant" : "\(variants.count) variants"
      return refusedFunctions.contains(function) ? "\(function) (\(reasons))" : "\(number) of \(function) (\(reasons))"
    }
    return "\(device) does not run \(list.joined(separator: ", nor ")); other kernels are used instead"
  }
}
