import ArgumentParser
import Files
import Models
import U2Net

/// What happens if a model is not installed; the same option in every command that takes models.
struct StoreOptions: ParsableArguments, Sendable {
  @Flag(help: "Install the model first if it is not installed, as 'u2cl models pull' does.")
  var pull = false

  /// Loads a model by its name or from a file.
  ///
  /// - Throws: `Failure` if there is no such model, or if it is damaged.
  func model(_ nameOrFile: FilePath, isQuiet: Bool = false) throws(Failure) -> Model {
    if pull {
      let store = try ModelStore.configured()
      if store.canPull(nameOrFile.string) { _ = try PullDisplay(name: nameOrFile.string, isQuiet: isQuiet).pull(store) }
    }
    return try Model(nameOrFile)
  }
}
