import Kernels

/// The kernels of a precision that were tried on a device, in this process and in earlier ones.
struct KernelTrialLog {
  private var journal: DeviceJournal
  /// The subjects of the trials that found their kernels right.
  private(set) var passed: Set<String> = []
  /// The kernels that are not used, and why.
  private(set) var refused: [KernelVariant: String] = [:]
  /// The largest work-group of each function of which larger ones failed.
  private(set) var groupLimits: [String: Int] = [:]
  /// The variants of each function that failed for another reason than their size.
  private var failures: [String: Set<KernelVariant>] = [:]

  /// The number of refused variants of a function at which the whole function is refused.
  private static let maximumRefusals = 3

  init(_ journal: DeviceJournal) {
    self.journal = journal
    let records: [KernelTrialRecord] = journal.records()
    for record in records { note(record) }
    // A trial that has no end ended the process that began it.
    for record in Self.open(records) {
      append(
        KernelTrialRecord(
          record.subject, .refused, record.variants.compactMap(\.variant), reason: "ended the process that tried it"))
    }
  }

  /// Whether a trial ended the process that began it.
  static func isOpen(_ journal: DeviceJournal) -> Bool {
    !open(journal.records()).isEmpty
  }

  /// The records of the trials that have begun and not ended.
  private static func open(_ records: [KernelTrialRecord]) -> [KernelTrialRecord] {
    var begun: [String: KernelTrialRecord] = [:]
    for record in records {
      begun[record.subject] = record.outcome == .begun ? record : nil
    }
    return begun.values.sorted { $0.subject < $1.subject }
  }

  mutating func append(_ record: KernelTrialRecord) {
    journal.append(record)
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

  /// The functions of which so many variants failed, whatever their size, that no other variant is tried.
  var refusedFunctions: Set<String> { Set(failures.filter { $0.value.count >= Self.maximumRefusals }.keys) }

  /// One line that tells users which kernels are not used; nil if all work.
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
