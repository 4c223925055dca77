import ArgumentParser
import Models
import U2Net

/// The formats of a report.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  /// A table for people.
  case table
  /// CSV for spreadsheets (RFC 4180): a line with the names of the columns, then a line for each row.
  case csv
  /// JSON for programs, with everything that is known.
  case json
}

/// A report that can be written in every format.
protocol Presentable: Encodable {
  /// The table for people.
  var table: String { get }
  /// The cells of the CSV: the names of the columns, then the rows.
  var csv: [[String]] { get }
}

extension Console {
  /// Writes a report in the requested format.
  ///
  /// - Throws: `Failure` if standard output cannot be written.
  static func write(_ result: some Presentable, as format: OutputFormat) throws(Failure) {
    switch format {
    case .table: try write(result.table)
    case .csv: try write(result.csv.map(csvLine).joined(separator: "\n"))
    case .json: try json(result)
    }
  }

  /// A line of CSV, with cells quoted as in RFC 4180.
  static func csvLine(_ cells: [String]) -> String {
    cells.map { cell in
      guard cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return cell }
      return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }.joined(separator: ",")
  }
}
