import ArgumentParser
import Models
import U2Net

struct ModelsPath: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path", abstract: "Show the folder of installed models, or the file of one.")

  @Argument(help: "Name of an installed model. The folder by default.")
  var name: String?

  func run() throws {
    let store = ModelStore()
    try Console.write(try name.map { name throws(Failure) in try store.path(of: name) } ?? store.folder)
  }
}
