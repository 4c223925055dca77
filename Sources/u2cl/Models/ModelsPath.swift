import ArgumentParser
import U2Net

struct ModelsPath: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path", abstract: "Show where models are installed, or where one lies.")

  @Argument(help: "An installed model's name; the folder unless told.")
  var name: String?

  func run() throws {
    let store = ModelStore()
    try Console.write(try name.map { name throws(Failure) in try store.path(of: name) } ?? store.folder)
  }
}
