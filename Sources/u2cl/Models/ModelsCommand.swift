import ArgumentParser
import U2Net

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Install, check, look at and convert models.",
    discussion: """
      Models lie in U2CL_MODELS, or else in u2cl/models in the XDG data directory (~/.local/share); rembg's folder \
      (~/.u2net, or U2NET_HOME) is looked into as well. Only 'models pull' and the option --pull use a network.
      """,
    subcommands: [
      ListModels.self, PullModels.self, VerifyModels.self, RemoveModels.self, ModelsPath.self, InfoCommand.self,
      ConvertCommand.self,
    ])
}
