import CLibraryHeader
import Datasets
import Evaluation
import Files
import Host
import Matting
import Pictures
import Saliency
import Synchronization
import Tensors

/// Maps scored against ground truth, call after call.
final class EvaluationObject: Sendable {
  /// What was found in all calls.
  struct State {
    var scores = DatasetScores()
    /// The number of pairs, those included that could not be scored.
    var pairs = 0
    var emptyTruths = 0
    var resizedMaps = 0
    var issues: [Dataset.Issue] = []
    var notes: [String] = []
    var rows: [EvaluationRow] = []
  }

  let scorer: PairScorer
  let allowsIssues: Bool
  private let keepsRows: Bool
  private let progress: Progress
  private let state = Mutex(State())
  private let turn = Turn(refusal: "a callback added to the evaluation that it was called for")

  init(_ options: u2cl_evaluation_options) throws {
    let threshold = try readNumber(options.truth_threshold, "truth_threshold", in: 1...255)
    scorer = PairScorer(
      resizesMaps: try readFlag(options.resizes_maps, "resizes_maps"), maskThreshold: threshold.map { UInt8($0) })
    allowsIssues = try readFlag(options.allows_issues, "allows_issues")
    keepsRows = try readFlag(options.keeps_rows, "keeps_rows")
    progress = Progress(options.progress, options.progress_context)
  }

  /// What was found so far.
  ///
  /// - Throws: `CallError` if nothing was scored.
  func found() throws -> State {
    let state = state.withLock { $0 }
    guard state.scores.count > 0 else { throw CallError.usage("the evaluation has no pair that was scored") }
    return state
  }

  /// Scores pairs on all cores, and adds them in their order, or none of them.
  ///
  /// - Parameters:
  ///   - issues: what is wrong beside these pairs.
  ///   - notes: what the user should know.
  ///   - names: the files of a pair; nil for pictures.
  /// - Throws: `CallError` if a pair cannot be scored where that is not allowed, or if the work was cancelled.
  func add(
    _ count: Int, issues: [Dataset.Issue] = [], notes: [String] = [], names: (Int) -> Dataset.Item? = { _ in nil },
    score: (Int) -> Result<PairScores, PairIssue>
  ) throws {
    try turn.take {
      var added = Added(to: state.withLock { ($0.scores, $0.pairs) }, issues: issues, notes: notes)
      let progress = progress.fresh
      let step = 32 * Host.threadCount
      for start in stride(from: 0, to: count, by: step) {
        let pairs = start..<min(start + step, count)
        for (index, result) in zip(pairs, pairs.mapInParallel(score)) {
          try add(result, names(index), to: &added)
        }
        progress.report(pairs.upperBound, of: count)
        try progress.check()
      }
      state.withLock { added.finish(&$0) }
    }
  }

  private func add(_ result: Result<PairScores, PairIssue>, _ item: Dataset.Item?, to added: inout Added) throws {
    switch result {
    case .success(let pair): added.note(pair, item, keepsRow: keepsRows)
    case .failure(let reason):
      guard allowsIssues else { throw CallError(U2CL_ERROR_FILE, reason.issue.description) }
      added.issues.append(reason.issue)
    }
    added.pairs += 1
  }
}

/// What a call adds to an evaluation when it ends well.
private struct Added {
  var scores: DatasetScores
  var pairs: Int
  var issues: [Dataset.Issue]
  private let notes: [String]
  private var emptyTruths = 0
  private var resizedMaps = 0
  private var rows: [EvaluationRow] = []

  init(to before: (scores: DatasetScores, pairs: Int), issues: [Dataset.Issue], notes: [String]) {
    (scores, pairs) = before
    self.issues = issues
    self.notes = notes
  }

  mutating func note(_ pair: PairScores, _ item: Dataset.Item?, keepsRow: Bool) {
    scores.add(pair.image)
    if pair.emptyMaskPeak != nil { emptyTruths += 1 }
    if pair.isResized { resizedMaps += 1 }
    guard keepsRow else { return }
    rows.append(
      EvaluationRow(
        index: pairs, map: item?.input.string, truth: item?.mask.string, measures: pair.image.measures))
  }

  func finish(_ state: inout EvaluationObject.State) {
    state.scores = scores
    state.pairs = pairs
    state.emptyTruths += emptyTruths
    state.resizedMaps += resizedMaps
    state.issues += issues
    state.notes += notes
    state.rows += rows
  }
}

extension PictureObject {
  /// The levels of a map or of ground truth, as those of a file of the same pixels.
  var grey: Mask {
    switch content {
    case .mask(let mask): mask
    case .matte(let matte): matte.mask
    case .picture(let picture): Mask(lumaOf: picture)
    }
  }
}
