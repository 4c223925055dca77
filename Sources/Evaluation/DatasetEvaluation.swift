package import Datasets
package import Files
import Host
import Models
package import Pictures
package import Saliency
import Tensors
package import U2Net

/// Scores the maps of a data set against its masks.
///
/// Pictures are streamed: apart from a short row for each, memory does not grow with their number.
package struct DatasetEvaluation {
  /// The sources of maps.
  package enum Source {
    /// A network that runs on each picture.
    case detector(SaliencyDetector)
    /// The inputs of the data set are the maps.
    case files
  }

  /// The measures of a picture.
  package struct Row: Sendable {
    /// The picture or map, and its mask.
    package let item: Dataset.Item
    /// The measures of this picture alone.
    package let measures: [Measure: Double]
    /// The training loss of the network's maps; nil if it was not requested.
    package let loss: DeepSupervisionLoss?
    /// The largest level of a mask without foreground; nil if the mask has foreground.
    package let emptyMaskPeak: UInt8?
    /// Whether the map was resized to the size of its mask.
    package let isResized: Bool
    /// How sure the network is that something stands out; nil for maps in files, and for models with another task.
    package let confidence: Confidence?
  }

  /// The progress of an evaluation.
  package struct Progress: Sendable {
    /// The number of finished pictures, including those of an earlier run.
    package let done: Int
    /// The number of all pictures.
    package let total: Int
    /// The number of pictures that an earlier run had finished.
    package let resumed: Int
  }

  /// The result of an evaluation.
  package struct Outcome: Sendable {
    /// The measures over all pictures that could be scored.
    package fileprivate(set) var scores = DatasetScores()
    /// The measures of each picture.
    package fileprivate(set) var rows: [Row] = []
    /// The pairs that could not be scored.
    package fileprivate(set) var issues: [Dataset.Issue] = []
    /// The number of pictures that an earlier run had scored.
    package fileprivate(set) var resumed = 0

    /// The mean training loss of each map; nil if it was not requested.
    package var loss: DeepSupervisionLoss? { DeepSupervisionLoss(meanOf: rows.compactMap(\.loss)) }
  }

  /// The data set.
  package let dataset: Dataset
  /// The source of the maps.
  package let source: Source
  /// The folder into which the network's maps are written as `STEM.png`; nil to write none.
  package var savedMaps: FilePath?
  /// The folder of the journal from which an interrupted run continues; nil for no journal.
  package var journalFolder = ScoreJournal.folder()
  /// Whether the scores of an interrupted run are dropped.
  package var startsOver = false
  /// Whether the training loss is computed for every map of the detector; maps in files have none.
  package var measuresLoss = false
  /// Whether maps of another size than their masks are resized, bit for bit as by OpenCV.
  package var resizesMaps = false
  /// The least level of a foreground pixel in the masks; nil for 129.
  package var maskThreshold: UInt8?

  private var scorer: PairScorer { PairScorer(resizesMaps: resizesMaps, maskThreshold: maskThreshold) }

  /// Creates an evaluation that writes no maps and continues an interrupted one.
  package init(_ dataset: Dataset, source: Source) {
    self.dataset = dataset
    self.source = source
  }

  /// Scores every pair.
  ///
  /// - Parameter report: called now and then, on this thread.
  /// - Throws: `Failure` if the device fails, or if a map cannot be written. Pairs with issues are in the outcome
  ///   instead.
  package func run(_ report: (Progress) -> Void = { _ in }) throws(Failure) -> Outcome {
    let journal = ScoreJournal(key: key, folder: journalFolder, startOver: startsOver)
    var outcome = Outcome()
    let step = pairsAtOnce
    for start in stride(from: 0, to: dataset.items.count, by: step) {
      let items = Array(dataset.items[start..<min(start + step, dataset.items.count)])
      let earlier = items.map { isSaved($0) ? journal?.scores(of: $0) : nil }
      let fresh = items.indices.filter { earlier[$0] == nil }
      let results = try score(fresh.map { items[$0] })
      var scored = earlier.map { $0.map(Result<PairScores, PairIssue>.success) }
      for (index, result) in zip(fresh, results) {
        scored[index] = result
        if case .success(let scores) = result { journal?.add(scores, of: items[index]) }
      }
      outcome.resumed += items.count - fresh.count
      let done = scored.compactMap { $0 }
      let measures = done.indices.mapInParallel { index in (try? done[index].get())?.image.measures }
      for (index, result) in done.enumerated() { outcome.add(result, measures[index], of: items[index]) }
      report(Progress(done: start + items.count, total: dataset.items.count, resumed: outcome.resumed))
    }
    if outcome.issues.isEmpty { journal?.remove() }
    return outcome
  }

  /// The map of a pair, for display.
  ///
  /// - Throws: `Failure` if a file cannot be read, or if the device fails.
  package func map(of item: Dataset.Item) throws(Failure) -> Mask {
    switch source {
    case .files: try asFailure { try Mask(greyOf: item.input) }
    case .detector(let detector): try detector.detect(asFailure { try Picture(contentsOf: item.input) }).mask()
    }
  }

  /// The number of pairs that keeps threads busy and fits into memory: scores alone for files, pixels for a network.
  private var pairsAtOnce: Int {
    let threads = Host.threadCount
    if case .files = source { return 32 * threads }
    return 4 * threads
  }

  /// The file into which a map is written; nil if none is.
  private func savedMap(of item: Dataset.Item) -> FilePath? {
    savedMaps?.appending(item.stem.adding(suffix: ".png"))
  }

  /// Whether the map is saved already, or need not be.
  private func isSaved(_ item: Dataset.Item) -> Bool {
    savedMap(of: item)?.exists ?? true
  }

  /// Everything that the scores depend on, except the files of the pairs.
  private var key: String {
    let setting =
      "\(u2clVersion)|\(FilePath.workingFolder ?? "")|\(dataset.items[0].mask)|\(resizesMaps)|\(maskThreshold ?? 129)"
    guard case .detector(let detector) = source else { return "maps|\(setting)|\(dataset.items[0].input)" }
    let model = detector.model
    return [
      "model", setting, model.name, model.origin, model.path.map(ScoreJournal.fileState) ?? "-", "\(detector.device)",
      "\(detector.preprocessing)", savedMaps?.string ?? "",
      measuresLoss ? detector.mapNames.joined(separator: " ") : "",
    ].joined(separator: "|")
  }

  /// Scores pairs, in order.
  private func score(_ items: [Dataset.Item]) throws(Failure) -> [Result<PairScores, PairIssue>] {
    let scorer = scorer
    switch source {
    case .files:
      return items.indices.mapInParallel { index in
        scorer.score(items[index])
      }
    case .detector(let detector):
      // Decoding and scoring use all cores; the network has the device to itself in between.
      let pictures = items.indices.mapInParallel { index in
        Result { () throws(Failure) in try asFailure { try Picture(contentsOf: items[index].input) } }
      }
      var found = try detector.detect(pictures.compactMap { try? $0.get() })[...]
      let detections = pictures.map { picture in picture.map { _ in found.removeFirst() } }
      let masks = items.indices.mapInParallel { index in
        Result { () throws(Failure) in try detections[index].get().mask() }
      }
      // A failure of the model concerns every picture.
      for case .failure(let failure) in masks where failure.kind != .file { throw failure }
      try save(masks, of: items)
      let losses = measuresLoss ? try losses(of: detections, items) : items.map { _ in nil }
      return items.indices.mapInParallel { index in
        let confidence = (try? detections[index].get())?.confidence
        return scorer.score(items[index], loss: losses[index], confidence: confidence) { () throws(Failure) in
          try masks[index].get()
        }
      }
    }
  }

  /// The losses of the detections; nil if a picture or its mask could not be read, which scoring reports.
  private func losses(
    of detections: [Result<Detection, Failure>], _ items: [Dataset.Item]
  ) throws(Failure) -> [DeepSupervisionLoss?] {
    let scorer = scorer
    let results = items.indices.mapInParallel { index in
      Result { () throws(Failure) in
        try detections[index].get().loss(against: scorer.mask(of: items[index]))
      }
    }
    for case .failure(let failure) in results where failure.kind != .file { throw failure }
    return results.map { try? $0.get() }
  }

  private func save(_ maps: [Result<Mask, Failure>], of items: [Dataset.Item]) throws(Failure) {
    guard savedMaps != nil else { return }
    let failures = items.indices.mapInParallel { index -> Failure? in
      guard case .success(let map) = maps[index], let file = savedMap(of: items[index]) else { return nil }
      do { try map.writePNG(toFileAt: file) } catch { return Failure(error) }
      return nil
    }
    if let failure = failures.compactMap({ $0 }).first { throw failure }
  }
}

extension DatasetEvaluation.Outcome {
  fileprivate mutating func add(
    _ result: Result<PairScores, PairIssue>, _ measures: [Measure: Double]?, of item: Dataset.Item
  ) {
    switch result {
    case .success(let pair):
      scores.add(pair.image)
      rows.append(
        DatasetEvaluation.Row(
          item: item, measures: measures ?? pair.image.measures, loss: pair.loss, emptyMaskPeak: pair.emptyMaskPeak,
          isResized: pair.isResized, confidence: pair.confidence))
    case .failure(let error): issues.append(error.issue)
    }
  }
}
