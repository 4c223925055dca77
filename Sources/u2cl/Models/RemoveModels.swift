import ArgumentParser
import Models
import U2Net

struct RemoveModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove models, and the parts that interrupted pulls have left.",
    discussion: "Removes only files in u2cl's own folder; 'u2cl models path' shows it.")

  @Argument(help: "Names of installed models.")
  var names: [String]

  func run() throws {
    let store = ModelStore()
    for name in names {
      for path in try store.remove(name) { try Console.write("removed \(path)") }
    }
  }
}
