import ArgumentParser
import Files
import Models
import U2Net

/// The model of a command that measures.
struct MeasuredModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Model: small or full (U²-Net† or U²-Net with random weights), a name from 'u2cl models list', or a file.",
      valueName: "name or file"))
  var model: FilePath = "small"

  @OptionGroup var store: StoreOptions

  @Option(
    help: ArgumentHelp(
      "Side of the network's square input, 1 to 8192 pixels. The model's own size by default.", valueName: "pixels"))
  var size: Int?

  /// Loads the model.
  ///
  /// - Throws: `Failure` if there is no such model, or if it is damaged.
  func loaded() throws(Failure) -> Model {
    switch model {
    case "small": try .seeded(full: false)
    case "full": try .seeded(full: true)
    default: try store.model(model)
    }
  }
}
