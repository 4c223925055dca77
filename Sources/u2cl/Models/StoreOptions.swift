import ArgumentParser
import U2Net

/// What is done where a model that is asked for by name is not installed; the same in every command that takes models.
struct StoreOptions: ParsableArguments, Sendable {
  @Flag(help: "Fetch and install the model first where it is not installed, as 'u2cl models pull' does.")
  var pull = false

  /// The model of a name or a file.
  func model(_ nameOrFile: String, isQuiet: Bool = false) throws(Failure) -> Model {
    if pull {
      let store = try ModelStore.configured()
      if store.canPull(nameOrFile) { _ = try PullDisplay(name: nameOrFile, isQuiet: isQuiet).pull(store) }
    }
    return try Model(nameOrFile)
  }
}
