import Datasets
import Evaluation
import Models
import Saliency
import U2Net

/// A page that shows an evaluation. It contains everything that it shows: no script, and nothing to download.
struct ReportPage {
  private let summary: EvaluationSummary
  private let subjects: [EvaluatedSubject]
  private let sheets: [ContactSheet]

  init(_ summary: EvaluationSummary, _ subjects: [EvaluatedSubject], pictures: Dataset?) throws(Failure) {
    self.summary = summary
    self.subjects = subjects
    var sheets: [ContactSheet] = []
    for subject in subjects { sheets.append(try ContactSheet(subject, pictures: pictures)) }
    self.sheets = sheets
  }

  var html: String {
    let title = HTML.escaped("\(summary.dataset), \(summary.entries[0].pictures) pictures")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <link rel="icon" href="data:,">
      <title>\(title)</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <h1>\(title)</h1>
      \(legend)
      \(warnings)
      \(table)
      <div class="plots">
      \(plots.map(Self.figure).joined(separator: "\n"))
      </div>
      \(sheets.map(\.html).joined(separator: "\n"))
      <footer>u2cl \(HTML.escaped(summary.version))</footer>
      </body>
      </html>

      """
  }

  private static func figure(of plot: Plot) -> String {
    "<figure><figcaption>\(HTML.escaped(plot.title))</figcaption>\n\(plot.svg)\n</figure>"
  }

  private var legend: String {
    let items = summary.entries.enumerated().map { index, entry in
      let details = [
        entry.width.flatMap { width in entry.height.map { "\(width)×\($0)" } }, entry.resampling,
        entry.device.map(\.name),
      ].compactMap { $0 }
      return "<li><span class=\"swatch\" style=\"background: \(Plot.color(index))\"></span> "
        + "<b>\(HTML.escaped(entry.name))</b> \(HTML.escaped(details.joined(separator: ", ")))</li>"
    }
    return "<ul class=\"legend\">\n\(items.joined(separator: "\n"))\n</ul>"
  }

  /// What is suspicious about the data, if anything.
  private var warnings: String {
    var seen: Set<String> = []
    let lines = summary.entries.flatMap(\.warnings).filter { seen.insert($0).inserted }
    guard !lines.isEmpty else { return "" }
    return "<ul class=\"warnings\">\n\(lines.map { "<li>\(HTML.escaped($0))</li>" }.joined(separator: "\n"))\n</ul>"
  }

  private var table: String {
    let paper = (summary.paper ?? [:]).sorted { $0.key < $1.key }
    let head = ["measure"] + summary.entries.map(\.name) + paper.map { "paper, \($0.key)" }
    let rows = Measure.allCases.map { measure in
      let best = summary.entries.compactMap { $0.measures[measure] }.reduce(nil as Double?) { best, value in
        best.map { measure.isError ? min($0, value) : max($0, value) } ?? value
      }
      let own = summary.entries.map { entry in
        let value = entry.measures[measure] ?? .nan
        let text = Format.fixed(value, measure.isError ? 5 : 4)
        return summary.entries.count > 1 && value == best ? "<td><b>\(text)</b></td>" : "<td>\(text)</td>"
      }
      let theirs = paper.map { "<td>\($0.value[measure].map { Format.fixed($0, 3) } ?? "")</td>" }
      return "<tr><th>\(HTML.escaped(measure.title))</th>\((own + theirs).joined())</tr>"
    }
    let losses = summary.lossRows.map { name, values in
      let cells = values.map { "<td>\($0.map { Format.fixed($0, 4) } ?? "")</td>" } + paper.map { _ in "<td></td>" }
      return "<tr><th>loss, \(HTML.escaped(name))</th>\(cells.joined())</tr>"
    }
    let cells = head.map { "<th>\(HTML.escaped($0))</th>" }.joined()
    return "<table>\n<tr>\(cells)</tr>\n\((rows + losses).joined(separator: "\n"))\n</table>"
  }

  private var plots: [Plot] {
    let thresholds = Plot.Axis(title: "threshold", range: 0...255, step: 51, digits: 0)
    let precisionRecall = summary.entries.map { entry in
      // Thresholds that no picture reaches have no precision.
      Plot.Series(
        name: entry.name, points: zip(entry.curves.recall, entry.curves.precision).map { ($0, $1) }.filter { $0.0 > 0 })
    }
    func curve(_ path: KeyPath<ScoreCurves, [Double]>) -> [Plot.Series] {
      summary.entries.map { entry in
        let points = zip(entry.curves.threshold, entry.curves[keyPath: path]).map { (x: Double($0), y: $1) }
        return Plot.Series(name: entry.name, points: points)
      }
    }
    return [
      Plot(title: "Precision and recall", x: .unit("recall"), y: .unit("precision"), series: precisionRecall),
      Plot(title: "F-measure by threshold", x: thresholds, y: .unit("F-measure"), series: curve(\.fMeasure)),
      Plot(title: "IoU by threshold", x: thresholds, y: .unit("IoU"), series: curve(\.iou)),
      errorHistogram,
    ]
  }

  private var errorHistogram: Plot {
    let bins = 20
    let errors = subjects.map { $0.outcome.rows.map { $0.measures[.mae] ?? 0 } }
    let most = errors.joined().max() ?? 0
    // The smallest of a few round numbers that is not below any error.
    let end = [0.1, 0.2, 0.5, 1].first { most <= $0 } ?? 1
    let width = end / Double(bins)
    let series = zip(subjects, errors).map { subject, errors in
      var counts = [Int](repeating: 0, count: bins)
      for error in errors { counts[min(bins - 1, Int(error / width))] += 1 }
      return Plot.Series(
        name: subject.label, points: counts.enumerated().map { (x: Double($0) * width, y: Double($1)) })
    }
    let highest = series.flatMap(\.points).map(\.y).max() ?? 1
    let step = Self.roundStep(highest / 5)
    return Plot(
      title: "Mean absolute error of the pictures",
      x: Plot.Axis(title: "mean absolute error", range: 0...end, step: end / 5, digits: 2),
      y: Plot.Axis(title: "pictures", range: 0...(step * (highest / step).rounded(.up)), step: step, digits: 0),
      series: series, barWidth: width)
  }

  /// The smallest 1, 2 or 5 times a power of ten that is not below `least`.
  private static func roundStep(_ least: Double) -> Double {
    var unit = 1.0
    while unit * 10 <= least { unit *= 10 }
    return [1, 2, 5, 10].map { $0 * unit }.first { $0 >= least } ?? unit
  }

  private static let style = """
    body { font: 15px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 2rem auto; max-width: 66rem;
      padding: 0 1rem; }
    h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; color: #555; }
    .legend { list-style: none; padding: 0; } .swatch { display: inline-block; width: 1.6em; height: .5em; }
    .warnings { color: #a33; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    th, td { padding: .2rem .9rem .2rem 0; text-align: right; border-bottom: 1px solid #e4e4e4; }
    th:first-child { text-align: left; font-weight: normal; }
    .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(25rem, 100%), 1fr)); gap: 1rem; \
    margin-top: 1.5rem; }
    figure { margin: 0; } figcaption { font-weight: 600; }
    svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: #444; }
    .grid { stroke: #e4e4e4; } .frame { fill: none; stroke: #888; }
    .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: 1rem; }
    .trio { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 3px; align-items: start; }
    .trio img { width: 100%; display: block; background: #888; }
    .sheet figcaption { font-weight: normal; font-size: .85rem; overflow-wrap: anywhere; }
    footer { margin: 2rem 0; color: #777; font-size: .85rem; }
    """
}

/// Text in HTML.
enum HTML {
  /// A text with the special characters of HTML as entities.
  static func escaped(_ text: String) -> String {
    text.map { character -> String in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: String(character)
      }
    }.joined()
  }
}
