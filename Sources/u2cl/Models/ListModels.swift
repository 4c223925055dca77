import ArgumentParser
import U2Net

struct ListModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show which models there are and which are installed.")

  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let store = ModelStore()
    let report = ModelListReport(folders: store.folders, models: store.models())
    if json { try Console.json(report) } else { try Console.write(report.table) }
  }
}

/// What `models list` says.
struct ModelListReport: Encodable {
  /// The version of this form.
  var schema = 1
  /// Where models are looked for, first to last; they are installed into the first.
  let folders: [String]
  let models: [StoredModel]

  /// What people read.
  var table: String {
    let rows = models.map { model in
      [
        model.name, model.byteCount?.formattedSize ?? "–", model.licence ?? "–", model.purpose ?? "–",
        Self.place(of: model),
      ]
    }
    return Format.table([["name", "size", "licence", "for", "installed"]] + rows)
  }

  private static func place(of model: StoredModel) -> String {
    switch model.state {
    case .builtIn: "built in"
    case .installed: model.path ?? "–"
    case .absent: model.leftover > 0 ? "–, \(model.leftover.formattedSize) of it fetched" : "–"
    }
  }
}
