import ArgumentParser

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Look at models and convert them.",
    subcommands: [InfoCommand.self, ConvertCommand.self])
}
