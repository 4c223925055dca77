import ArgumentParser
import U2Net

struct RemoveModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove models, and what interrupted pulls have left of them.",
    discussion: "Only files in u2cl's own folder are removed ('u2cl models path').")

  @Argument(help: "Models' names.")
  var names: [String]

  func run() throws {
    let store = ModelStore()
    for name in names {
      for path in try store.remove(name) { try Console.write("removed \(path)") }
    }
  }
}
