import ArgumentParser
import U2Net

/// The forms of a result.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  /// For people.
  case table
  /// For spreadsheets (RFC 4180): a line of names, then a line for each row.
  case csv
  /// For programs: everything.
  case json
}

/// A result that can be written in every form.
protocol Presentable: Encodable {
  /// For people.
  var table: String { get }
  /// The names of the columns, then the rows.
  var csv: [[String]] { get }
}

extension Console {
  /// A result in the form that was asked for.
  static func write(_ result: some Presentable, as format: OutputFormat) throws(Failure) {
    switch format {
    case .table: try write(result.table)
    case .csv: try write(result.csv.map(csvLine).joined(separator: "\n"))
    case .json: try json(result)
    }
  }

  private static func csvLine(_ cells: [String]) -> String {
    cells.map { cell in
      guard cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return cell }
      return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }.joined(separator: ",")
  }
}
