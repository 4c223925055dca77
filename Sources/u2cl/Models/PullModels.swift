import ArgumentParser
import U2Net

struct PullModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Fetch models, verify them, and install them.",
    discussion: """
      A file is installed once its checksum is the published one, and not before. An interrupted pull goes on where it \
      was. Where the authors cannot be reached, --from names another address, a file, or a folder with the file; \
      U2CL_MIRROR names one for every pull. Proxies are those of http_proxy, https_proxy and no_proxy; certificates are \
      the system's, or those of CURL_CA_BUNDLE. U2CL_TIMEOUT is how many seconds a server may be silent (30). A model \
      that is not published is installed under any name with --from and --sha256.
      """)

  @Argument(
    help: "Models' names; 'u2cl models list' shows them.", completion: .list(PublishedModel.all.map(\.name)))
  var names: [String]

  @Option(help: "An address (https:// or http://), a file, or a folder that has the file; an address ending in / too.")
  var from: String?

  @Option(help: "The SHA-256 that the file must have, too.")
  var sha256: String?

  @Flag(help: "Replace a file of the model's name that is not the published one.")
  var force = false

  @Flag(name: .shortAndLong, help: "Nothing on standard error but failures.")
  var quiet = false

  func validate() throws {
    if sha256 != nil && names.count > 1 { throw ValidationError("A --sha256 is of one model") }
  }

  func run() throws {
    let store = try ModelStore.configured()
    for name in names {
      let display = PullDisplay(name: name, isQuiet: quiet)
      try Console.write(try display.pull(store, from: from, sha256: sha256, replacing: force).path)
    }
  }
}
