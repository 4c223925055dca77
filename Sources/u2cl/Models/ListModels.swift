import ArgumentParser
import Models
import U2Net

struct ListModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the models, and which of them are installed.")

  @Flag(help: "Write the list as JSON.")
  var json = false

  func run() throws {
    let store = ModelStore()
    let report = ModelListReport(folders: store.folders, models: store.models())
    if json { try Console.json(report) } else { try Console.write(report.table) }
  }
}

/// The report of `models list`.
struct ModelListReport: Encodable {
  /// The version of this report's format.
  var schema = 1
  /// The folders that are searched, in order; models are installed into the first one.
  let folders: [String]
  let models: [StoredModel]

  /// The table for people.
  var table: String {
    let rows = models.map { model in
      [
        model.name, model.byteCount?.formattedSize ?? "–", model.licence ?? "–", model.purpose ?? "–",
        Self.location(of: model),
      ]
    }
    return Format.table([["name", "size", "licence", "for", "installed"]] + rows)
  }

  private static func location(of model: StoredModel) -> String {
    switch model.state {
    case .builtIn: "built in"
    case .installed: model.path ?? "–"
    case .absent: model.leftover > 0 ? "–, \(model.leftover.formattedSize) of it downloaded" : "–"
    }
  }
}
