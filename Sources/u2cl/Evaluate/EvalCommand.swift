import ArgumentParser
import Benchmarking
import Datasets
import Evaluation
import Files
import Models
import Pictures
import Saliency
import U2Net

struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Score models, or maps of other programs, against ground truth.",
    discussion: """
      u2cl eval --model u2netp --dataset ECSSD        runs a network on a data set
      u2cl eval --maps results --masks ECSSD/masks    scores maps of another program

      Files are matched by their names without extension. An interrupted run continues where it stopped. If --model or \
      --maps are repeated, they are scored one after the other and shown side by side.
      """)

  @OptionGroup(title: "Data") var data: DataOptions

  @OptionGroup(title: "Model") var models: EvaluatedModelOptions

  @OptionGroup(title: "Device") var device: DeviceOptions

  @Flag(help: "Drop the scores of an interrupted run.")
  var fresh = false

  @Flag(help: "Show the numbers of the U²-Net paper for the data set, too.")
  var paper = false

  @Flag(help: "Measure the training loss of each map and in total, too.")
  var loss = false

  @Option(
    help: ArgumentHelp(
      "Write the network's maps into this folder, too, as PNG of the pictures' sizes.", valueName: "folder"))
  var saveMaps: FilePath?

  @Flag(help: "Write the report as JSON, with the curves.")
  var json = false

  @Option(help: ArgumentHelp("Write the measures of every picture into this file, too, as CSV.", valueName: "file"))
  var csv: FilePath?

  @Option(
    help: ArgumentHelp(
      "Write a page with curves, histogram and pictures into this folder, too: index.html.", valueName: "folder"))
  var report: FilePath?

  @Flag(name: .shortAndLong, help: "Write only failures and fallbacks to standard error.")
  var quiet = false

  func validate() throws {
    if usesModel && data.dataset == nil && data.images == nil {
      throw ValidationError("A model needs --dataset or --images")
    }
    if saveMaps != nil && max(models.model.count, 1) + data.maps.count > 1 {
      throw ValidationError("--save-maps takes the maps of one model")
    }
    if loss && !usesModel { throw ValidationError("--loss needs the maps of a network; give a --model") }
  }

  /// The maps that are computed: all of them for the loss.
  private var selection: MapSelection { loss ? .all : .saliency }

  private var usesModel: Bool { !models.model.isEmpty || data.maps.isEmpty }

  func run() throws {
    let caches = PersistentCaches()
    let truth = try data.groundTruth()
    if let truth { try judge(truth) }
    let pictures = truth.map(data.limited)
    try makeFolders()
    var subjects: [EvaluatedSubject] = []
    for name in usesModel ? models.names : [] {
      guard let pictures else { continue }
      let model = try name.map { name throws(Failure) in try models.store.model(name, isQuiet: quiet) }
      let detector = try models.input.detector(
        of: model, on: device.request, device, maps: selection, cache: caches.cache)
      if !quiet { caches.warn(of: [detector]) }
      if !quiet { Console.error("\(detector.model.name) at \(detector.preprocessing.size) on \(detector.device)") }
      subjects.append(try evaluate(pictures, .detector(detector)))
    }
    for folder in data.maps {
      let pairs = data.limited(try data.pairs(of: folder, with: pictures))
      subjects.append(try evaluate(pairs, .files, label: folder.string))
    }
    try write(subjects, pictures: pictures)
  }

  private func makeFolders() throws(Failure) {
    for folder in [saveMaps, report].compactMap({ $0 }) {
      try ResultFolder.make(folder)
    }
  }

  private func evaluate(
    _ pairs: Dataset, _ source: DatasetEvaluation.Source, label: String? = nil
  ) throws(Failure) -> EvaluatedSubject {
    if case .files = source { try judge(pairs) }
    var evaluation = DatasetEvaluation(pairs, source: source)
    evaluation.savedMaps = saveMaps
    evaluation.startsOver = fresh
    evaluation.measuresLoss = loss
    evaluation.resizesMaps = data.resizeMaps
    evaluation.maskThreshold = data.maskThreshold
    var display = ProgressDisplay(total: pairs.items.count, isQuiet: quiet)
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = try evaluation.run { display.show(done: $0.done, resumed: $0.resumed) }
    display.end()
    try judge(outcome.issues)
    guard outcome.scores.count > 0 else { throw Failure(.file, "\(pairs.name): not one pair could be scored") }
    let warnings = EvaluationWarnings(outcome, maskThreshold: data.maskThreshold)
    for line in quiet ? warnings.grave : warnings.lines { Console.error(line) }
    return EvaluatedSubject(
      label: label, evaluation: evaluation, outcome: outcome,
      issues: pairs.issues + outcome.issues, warnings: EvaluationWarnings.unread(in: pairs) + warnings.lines,
      seconds: start.duration(to: clock.now).seconds)
  }

  /// Lists the issues of a data set, and its files that are not read.
  ///
  /// - Throws: `Failure` if there are issues that are not allowed.
  private func judge(_ dataset: Dataset) throws(Failure) {
    if !quiet || !dataset.issues.isEmpty {
      for line in EvaluationWarnings.unread(in: dataset) { Console.error(line) }
    }
    try judge(dataset.issues)
  }

  /// Lists issues.
  ///
  /// - Throws: `Failure` if there are issues that are not allowed.
  private func judge(_ issues: [Dataset.Issue]) throws(Failure) {
    for issue in issues where !data.allowMissing || !quiet { Console.error(issue.description) }
    guard !issues.isEmpty, !data.allowMissing else { return }
    let counts = Dataset.Issue.Kind.allCases.compactMap { kind in
      let count = issues.filter { $0.kind == kind }.count
      return count > 0 ? "\(count) \(kind.title)" : nil
    }
    let remedy = issues.contains { $0.kind == .wrongSize } ? "resize the maps with --resize-maps, or " : ""
    throw Failure(
      .file,
      "the data set is not complete: \(counts.joined(separator: ", ")); \(remedy)score the rest with --allow-missing")
  }

  private func write(_ subjects: [EvaluatedSubject], pictures: Dataset?) throws(Failure) {
    let summary = EvaluationSummary(subjects, asked: device.request, paper: paper, resampling: models.input.resample)
    if paper && summary.benchmark == nil {
      Console.error("the paper has no numbers for \(summary.dataset); name the data set with --name, such as ECSSD")
    }
    if let csv { try save(EvaluationSummary.csv(of: subjects), to: csv) }
    if let report {
      let page = try ReportPage(summary, subjects, pictures: pictures)
      try save(page.html, to: report.appending("index.html"))
    }
    if json { try Console.json(summary) } else { try Console.write(summary.table) }
  }

  private func save(_ text: String, to path: FilePath) throws(Failure) {
    do { try OutputFile.save(Array(text.utf8), toFileAt: path) } catch { throw Failure(error) }
  }
}

extension Dataset.Issue.Kind {
  /// What a number of issues is called.
  fileprivate var title: String {
    switch self {
    case .missing: "missing"
    case .extra: "extra"
    case .unreadable: "unreadable"
    case .wrongSize: "of another size"
    }
  }
}
