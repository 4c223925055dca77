import ArgumentParser
import Models
import U2Net

struct PullModels: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Download models, verify them, and install them.",
    usage: "u2cl models pull <names> ... [<options>]",
    discussion: """
      A file is installed only if it has the published checksum. An interrupted pull continues where it stopped. If \
      the published address cannot be reached, --from names another address, a file, or a folder with the file; \
      U2CL_MIRROR does so for every pull. With --from and --sha256, a model that is not published is installed under \
      any name.

      Proxies are taken from http_proxy, https_proxy and no_proxy, certificates from the system or CURL_CA_BUNDLE. \
      U2CL_TIMEOUT is the number of seconds that a server may be silent, 30 by default.
      """)

  @Argument(
    help: "Names of models; 'u2cl models list' shows them.", completion: .list(PublishedModel.all.map(\.name)))
  var names: [String]

  @Option(
    help: ArgumentHelp(
      "Source: an address (https:// or http://), a file, or a folder or address ending in / that has the file.",
      valueName: "source"))
  var from: String?

  @Option(help: ArgumentHelp("SHA-256 that the file must have, too: 64 hexadecimal digits.", valueName: "digits"))
  var sha256: String?

  @Flag(help: "Replace an installed file that is not the published one.")
  var force = false

  @Flag(name: .shortAndLong, help: "Write only failures to standard error.")
  var quiet = false

  func validate() throws {
    if sha256 != nil && names.count > 1 { throw ValidationError("--sha256 is the checksum of one model") }
  }

  func run() throws {
    let store = try ModelStore.configured()
    for name in names {
      let display = PullDisplay(name: name, isQuiet: quiet)
      try Console.write(try display.pull(store, from: from, sha256: sha256, replacing: force).path)
    }
  }
}
