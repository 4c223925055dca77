import Kernels

/// How far a trial of kernels came.
enum TrialOutcome: String, Hashable, Sendable, Codable {
  /// The trial has begun. If no other record follows, the trial ended the process.
  case begun
  /// The kernels compute what the portable kernels compute.
  case right
  /// The kernels are not used on the device, for the reason given.
  case refused
}

/// What is remembered of a trial of a GPU's kernels.
struct KernelTrialRecord: Hashable, Sendable, JournalRecord {
  /// A kernel variant in a form that can be stored.
  struct Variant: Hashable, Sendable, Codable {
    let function: String
    let source: String
    let options: String

    init(_ variant: KernelVariant) {
      (function, source, options) = (variant.function, variant.source.rawValue, variant.options)
    }

    /// The variant; nil if this program has no such file.
    var variant: KernelVariant? {
      KernelSource(rawValue: source).map { KernelVariant(function: function, source: $0, options: options) }
    }
  }

  /// The text of the trial's `KernelTrialSubject`.
  let subject: String
  let outcome: TrialOutcome
  /// The kernels that are tried or refused.
  let variants: [Variant]
  /// Why the kernels are refused, in a few words.
  var reason: String?
  /// The largest work-group with which the variants' functions may still be tried; nil if their size is not to blame.
  var groupLimit: Int?

  init(
    _ subject: String, _ outcome: TrialOutcome, _ variants: some Sequence<KernelVariant>, reason: String? = nil,
    groupLimit: Int? = nil
  ) {
    (self.subject, self.outcome, self.reason, self.groupLimit) = (subject, outcome, reason, groupLimit)
    self.variants = variants.map(Variant.init).sorted { ($0.function, $0.options) < ($1.function, $1.options) }
  }
}
