import FoundationEssentials
public import Pictures
public import Saliency
import Tensors

/// A data set's maps scored against its masks: streamed, so that memory does not grow with the number of pictures but
/// for one short row for each.
public struct Evaluation {
  /// Where maps come from.
  public enum Source {
    /// A network runs on each picture.
    case detector(SaliencyDetector)
    /// The items' inputs are the maps.
    case files
  }

  /// One picture's measures.
  public struct Row: Sendable {
    /// The picture or map, and its mask.
    public let item: Dataset.Item
    /// Of this picture alone.
    public let measures: [Measure: Double]
    /// Of the network's maps; nil where it was not asked for.
    public let loss: DeepSupervisionLoss?
  }

  /// How far it is.
  public struct Progress: Sendable {
    /// Pictures that are done, those of an earlier run included.
    public let done: Int
    /// All pictures.
    public let total: Int
    /// Pictures that an earlier run had done.
    public let resumed: Int
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// The measures of all pictures that could be scored.
    public fileprivate(set) var scores = DatasetScores()
    /// The measures of each.
    public fileprivate(set) var rows: [Row] = []
    /// Pairs that could not be scored.
    public fileprivate(set) var flaws: [Dataset.Issue] = []
    /// Pictures that an earlier run had scored.
    public fileprivate(set) var resumed = 0

    /// The mean loss of each of the network's maps; nil where it was not asked for.
    public var loss: DeepSupervisionLoss? { DeepSupervisionLoss(meanOf: rows.compactMap(\.loss)) }
  }

  /// What is scored.
  public let dataset: Dataset
  /// Where maps come from.
  public let source: Source
  /// The folder that a network's maps are written into, as `STEM.png`; nil for none.
  public var savedMaps: String?
  /// The folder for the record by which an interrupted run is continued; nil for none.
  public var journalFolder = ScoreJournal.folder()
  /// Whether what an interrupted run has scored is forgotten.
  public var startsOver = false
  /// Whether the loss of the network's maps is computed, of all that its detector computes; files have none.
  public var measuresLoss = false

  /// An evaluation that writes no maps and continues an interrupted one.
  public init(_ dataset: Dataset, source: Source) {
    self.dataset = dataset
    self.source = source
  }

  /// Scores every pair.
  ///
  /// - Parameter report: called now and then, on this thread.
  /// - Throws: `Failure` where the device fails or a map cannot be written; flawed pairs are in the outcome.
  public func run(_ report: (Progress) -> Void = { _ in }) throws(Failure) -> Outcome {
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
    if outcome.flaws.isEmpty { journal?.remove() }
    return outcome
  }

  /// The map of one pair, for looking at.
  public func map(of item: Dataset.Item) throws(Failure) -> Mask {
    switch source {
    case .files: try asFailure { try Mask(greyOf: item.input) }
    case .detector(let detector): try detector.detect(asFailure { try Picture(contentsOf: item.input) }).mask()
    }
  }

  /// Enough to keep all cores busy, and few enough to hold in memory: of files only the scores, of a network's pictures
  /// the pixels as well.
  private var pairsAtOnce: Int {
    let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)
    if case .files = source { return 32 * cores }
    return 4 * cores
  }

  /// Whether the map that the user wants saved is there.
  private func isSaved(_ item: Dataset.Item) -> Bool {
    savedMaps.map { FileManager.default.fileExists(atPath: "\($0)/\(item.stem).png") } ?? true
  }

  /// Everything that scores depend on, beside the files of the pairs.
  private var key: String {
    let place = "\(u2clVersion)|\(FileManager.default.currentDirectoryPath)|\(dataset.items[0].mask)"
    guard case .detector(let detector) = source else { return "maps|\(place)|\(dataset.items[0].input)" }
    let model = detector.model
    return [
      "model", place, model.name, model.origin, ScoreJournal.fileState(model.origin), "\(detector.device)",
      "\(detector.preprocessing)", savedMaps ?? "", measuresLoss ? detector.mapNames.joined(separator: " ") : "",
    ].joined(separator: "|")
  }

  /// Scores a few pairs, in order.
  private func score(_ items: [Dataset.Item]) throws(Failure) -> [Result<PairScores, PairIssue>] {
    switch source {
    case .files:
      return items.indices.mapInParallel { index in
        Self.score(items[index]) { () throws(Failure) in try asFailure { try Mask(greyOf: items[index].input) } }
      }
    case .detector(let detector):
      // Pictures are decoded and maps scored on all cores; the network has the device to itself in between.
      let pictures = items.indices.mapInParallel { index in
        Result { () throws(Failure) in try asFailure { try Picture(contentsOf: items[index].input) } }
      }
      var found = try detector.detect(pictures.compactMap { try? $0.get() })[...]
      let detections = pictures.map { picture in picture.map { _ in found.removeFirst() } }
      let masks = items.indices.mapInParallel { index in
        Result { () throws(Failure) in try detections[index].get().mask() }
      }
      // What is wrong with the model is wrong for every picture.
      for case .failure(let failure) in masks where failure.kind != .file { throw failure }
      try save(masks, of: items)
      let losses = measuresLoss ? try Self.losses(of: detections, items) : items.map { _ in nil }
      return items.indices.mapInParallel { index in
        Self.score(items[index], loss: losses[index]) { () throws(Failure) in try masks[index].get() }
      }
    }
  }

  /// The losses of what was detected; nil where a picture or its mask could not be read, which scoring will tell.
  private static func losses(
    of detections: [Result<Detection, Failure>], _ items: [Dataset.Item]
  ) throws(Failure) -> [DeepSupervisionLoss?] {
    let results = items.indices.mapInParallel { index in
      Result { () throws(Failure) in
        try detections[index].get().loss(against: asFailure { try Mask(greyOf: items[index].mask) })
      }
    }
    for case .failure(let failure) in results where failure.kind != .file { throw failure }
    return results.map { try? $0.get() }
  }

  private func save(_ maps: [Result<Mask, Failure>], of items: [Dataset.Item]) throws(Failure) {
    guard let savedMaps else { return }
    let failures = items.indices.mapInParallel { index -> Failure? in
      guard case .success(let map) = maps[index] else { return nil }
      do { try map.writePNG(toFileAt: "\(savedMaps)/\(items[index].stem).png") } catch { return Failure(error) }
      return nil
    }
    if let failure = failures.compactMap({ $0 }).first { throw failure }
  }

  private static func score(
    _ item: Dataset.Item, loss: DeepSupervisionLoss? = nil, map: () throws(Failure) -> Mask
  ) -> Result<PairScores, PairIssue> {
    do throws(PairIssue) {
      let map = try reading(item.input, map)
      let mask = try reading(item.mask) { () throws(Failure) in try asFailure { try Mask(greyOf: item.mask) } }
      do {
        let pair = try SaliencyPair(map: map.pixels, of: map.size, mask: mask.pixels, of: mask.size)
        return .success(PairScores(image: ImageScores(pair), loss: loss))
      } catch {
        throw PairIssue(
          flaw: .init(.wrongSize, path: item.input, "\(item.input) is \(map.size), its mask \(mask.size)"))
      }
    } catch {
      return .failure(error)
    }
  }

  private static func reading(_ path: String, _ body: () throws(Failure) -> Mask) throws(PairIssue) -> Mask {
    do { return try body() } catch {
      throw PairIssue(flaw: .init(.unreadable, path: path, error.description))
    }
  }
}

/// What is known of a pair once it is scored.
struct PairScores {
  let image: ImageScores
  /// Of the network's maps; nil where it was not asked for.
  var loss: DeepSupervisionLoss?
}

/// Why a pair could not be scored.
private struct PairIssue: Error {
  let flaw: Dataset.Issue
}

extension Evaluation.Outcome {
  fileprivate mutating func add(
    _ result: Result<PairScores, PairIssue>, _ measures: [Measure: Double]?, of item: Dataset.Item
  ) {
    switch result {
    case .success(let pair):
      scores.add(pair.image)
      rows.append(Evaluation.Row(item: item, measures: measures ?? pair.image.measures, loss: pair.loss))
    case .failure(let error): flaws.append(error.flaw)
    }
  }
}
