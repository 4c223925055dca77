import ArgumentParser

@main
struct U2CL: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "u2cl", version: "0.1.0")
}
