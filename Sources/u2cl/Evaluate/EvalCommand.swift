import ArgumentParser
import FoundationEssentials
import Saliency
import U2Net

struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Score models, or maps made elsewhere, against ground truth.",
    discussion: """
      u2cl eval --model u2netp --dataset ECSSD        runs a network over a data set
      u2cl eval --maps results --masks ECSSD/masks    scores maps made elsewhere

      Files belong together by their names without extension. An interrupted run continues where it stopped. Several
      --model and --maps are scored one after the other and set side by side.
      """)

  @Option(help: "A model's name or file, as for run; may be repeated. The built-in model where no --maps is given.")
  var model: [String] = []

  @Option(help: "A folder of maps to score as they are; may be repeated.")
  var maps: [String] = []

  @Option(help: "A data set's folder: images and masks, Imgs, Image and GT, DUTS-TE-Image and DUTS-TE-Mask, …")
  var dataset: String?

  @Option(help: "The folder of pictures, where the layout is another.")
  var images: String?

  @Option(help: "The folder of ground truth, where the layout is another.")
  var masks: String?

  @Option(help: "What the data set is called, such as ECSSD; from its path unless told.")
  var name: String?

  @Option(help: "Only the first so many pairs.")
  var limit: Int?

  @Option(help: "Also write the network's maps into this folder, as PNG of the pictures' sizes.")
  var saveMaps: String?

  @Flag(help: "Score what can be scored where files are missing, unreadable or of other sizes.")
  var allowMissing = false

  @Flag(help: "Forget what an interrupted run has scored.")
  var fresh = false

  @OptionGroup var input: InputOptions

  @OptionGroup var store: StoreOptions

  @OptionGroup var device: DeviceOptions

  @Flag(help: "Set the paper's numbers for the data set beside ours.")
  var paper = false

  @Flag(help: "Also the loss that a network is trained by, of each of its maps and in all.")
  var loss = false

  @Flag(help: "As JSON, with the curves.")
  var json = false

  @Option(help: "Also write every picture's measures into this file, as CSV.")
  var csv: String?

  @Option(help: "Also write a page with curves, histogram and pictures into this folder: index.html.")
  var report: String?

  @Flag(name: .shortAndLong, help: "Nothing on standard error but failures and fallbacks.")
  var quiet = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("The limit is at least 1 pair") }
    if dataset != nil && (images != nil || masks != nil) {
      throw ValidationError("Give --dataset, or --images and --masks")
    }
    if dataset == nil && masks == nil { throw ValidationError("Give --dataset, or --masks with --images or --maps") }
    if usesModel && dataset == nil && images == nil { throw ValidationError("A model needs --dataset or --images") }
    if saveMaps != nil && max(model.count, 1) + maps.count > 1 {
      throw ValidationError("--save-maps takes the maps of one model")
    }
    if loss && !usesModel { throw ValidationError("The loss is of a network's maps; give a --model") }
  }

  /// All maps where there are losses to take of them.
  private var selection: MapSelection { loss ? .all : .saliency }

  private var usesModel: Bool { !model.isEmpty || maps.isEmpty }

  func run() throws {
    let caches = PersistentCaches()
    let truth = try groundTruth()
    try makeFolders()
    var subjects: [EvaluatedSubject] = []
    for name in usesModel ? model.map(Optional.some) + (model.isEmpty ? [nil] : []) : [] {
      guard let truth else { continue }
      let model = try name.map { name throws(Failure) in try store.model(name, isQuiet: quiet) }
      let detector = try input.detector(
        of: model, on: device.request, device, maps: selection, cache: caches.cache)
      if !quiet { caches.warn(of: [detector]) }
      if !quiet { Console.error("\(detector.model.name) at \(detector.preprocessing.size) on \(detector.device)") }
      subjects.append(try evaluate(truth, .detector(detector)))
    }
    for folder in maps {
      var pairs = try mapPairs(folder, truth)
      if let limit { pairs.limit(to: limit) }
      subjects.append(try evaluate(pairs, .files, label: folder))
    }
    try write(subjects, pictures: truth)
  }

  /// Pictures and masks, where there are pictures.
  private func groundTruth() throws(Failure) -> Dataset? {
    var truth: Dataset?
    if let dataset {
      truth = try Dataset(folder: dataset, name: name)
    } else if let images, let masks {
      truth = try Dataset(inputs: images, masks: masks, name: name)
    }
    if let truth { try judge(truth.flaws) }
    if let limit { truth?.limit(to: limit) }
    return truth
  }

  private func mapPairs(_ folder: String, _ truth: Dataset?) throws(Failure) -> Dataset {
    if let truth { return try Dataset(maps: folder, maskedAs: truth, isPartial: limit != nil) }
    return try Dataset(inputs: folder, masks: masks ?? "", name: name)
  }

  private func makeFolders() throws(Failure) {
    for folder in [saveMaps, report].compactMap({ $0 }) {
      do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
        throw Failure(.file, "the folder \(folder) cannot be made; check its path and permissions")
      }
    }
  }

  private func evaluate(
    _ pairs: Dataset, _ source: Evaluation.Source, label: String? = nil
  ) throws(Failure) -> EvaluatedSubject {
    if case .files = source { try judge(pairs.flaws) }
    var evaluation = Evaluation(pairs, source: source)
    evaluation.savedMaps = saveMaps
    evaluation.startsOver = fresh
    evaluation.measuresLoss = loss
    var display = ProgressDisplay(total: pairs.items.count, isQuiet: quiet)
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = try evaluation.run { display.show(done: $0.done, resumed: $0.resumed) }
    display.end()
    try judge(outcome.flaws)
    guard outcome.scores.count > 0 else { throw Failure(.file, "\(pairs.name): not one pair could be scored") }
    return EvaluatedSubject(
      label: label, evaluation: evaluation, outcome: outcome,
      flaws: pairs.flaws + outcome.flaws, seconds: start.duration(to: clock.now).seconds)
  }

  /// Lists what is wrong with a data set, and fails unless that was allowed.
  private func judge(_ flaws: [Dataset.Issue]) throws(Failure) {
    for flaw in flaws where !allowMissing || !quiet { Console.error(flaw.description) }
    guard !flaws.isEmpty, !allowMissing else { return }
    let counts = Dataset.Issue.Kind.allCases.compactMap { kind in
      let count = flaws.filter { $0.kind == kind }.count
      return count > 0 ? "\(count) \(kind.title)" : nil
    }
    throw Failure(
      .file, "the data set is not complete: \(counts.joined(separator: ", ")); score the rest with --allow-missing")
  }

  private func write(_ subjects: [EvaluatedSubject], pictures: Dataset?) throws(Failure) {
    let summary = EvaluationSummary(subjects, asked: device.request, paper: paper, resampling: input.resample)
    if paper && summary.benchmark == nil {
      Console.error("the paper has no numbers for \(summary.dataset); name the data set with --name, such as ECSSD")
    }
    if let csv { try save(EvaluationSummary.csv(of: subjects), to: csv) }
    if let report {
      let page = try ReportPage(summary, subjects, pictures: pictures)
      try save(page.html, to: "\(report)/index.html")
    }
    if json { try Console.json(summary) } else { try Console.write(summary.table) }
  }

  private func save(_ text: String, to path: String) throws(Failure) {
    do { try OutputFile.save(Array(text.utf8), toFileAt: path) } catch { throw Failure(error) }
  }
}

extension Dataset.Issue.Kind {
  /// What so many of them are.
  fileprivate var title: String {
    switch self {
    case .missing: "missing"
    case .extra: "extra"
    case .unreadable: "unreadable"
    case .wrongSize: "of another size"
    }
  }
}

/// One model or folder of maps, scored.
struct EvaluatedSubject {
  /// What it is called; a model's name where nil.
  private let folder: String?
  let evaluation: Evaluation
  let outcome: Evaluation.Outcome
  let flaws: [Dataset.Issue]
  let seconds: Double

  init(
    label: String?, evaluation: Evaluation, outcome: Evaluation.Outcome, flaws: [Dataset.Issue], seconds: Double
  ) {
    folder = label
    self.evaluation = evaluation
    self.outcome = outcome
    self.flaws = flaws
    self.seconds = seconds
  }

  var label: String { detector?.model.name ?? folder ?? "maps" }

  var detector: SaliencyDetector? {
    if case .detector(let detector) = evaluation.source { detector } else { nil }
  }
}
