import ArgumentParser
import U2Net

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Install, verify, describe and convert models.",
    discussion: """
      Models are installed into the folder U2CL_MODELS; by default that is u2cl/models in the XDG data directory \
      (~/.local/share). rembg's folder (~/.u2net, or U2NET_HOME) is searched, too. Only 'models pull' and the option \
      --pull use the network.
      """,
    subcommands: [
      ListModels.self, PullModels.self, VerifyModels.self, RemoveModels.self, ModelsPath.self, InfoCommand.self,
      ConvertCommand.self,
    ])
}
