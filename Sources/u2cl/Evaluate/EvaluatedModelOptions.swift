import ArgumentParser
import Files

/// The models of `u2cl eval`.
struct EvaluatedModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Model: a name from 'u2cl models list', or a file. May be repeated. The built-in model if there are no --maps.",
      valueName: "name or file"))
  var model: [FilePath] = []

  @OptionGroup var store: StoreOptions

  @OptionGroup var input: InputOptions

  /// The names or files of the models; nil for the built-in model.
  var names: [FilePath?] { model.isEmpty ? [nil] : model }
}
