import ArgumentParser
import URLFetching

/// Which addresses that clients name are asked.
struct URLOptions: ParsableArguments {
  @Flag(
    help: """
      Fetch pictures from addresses that clients name, as remove.bg and rembg do: by HTTP and HTTPS, from public \
      addresses alone. Needs libcurl.
      """)
  var allowURL = false

  @Option(
    help: ArgumentHelp("Ports that are asked, beside 80 and 443, separated by commas.", valueName: "ports"))
  var urlPorts: String?

  @Flag(help: ArgumentHelp("Fetch from this machine, too, which tests need.", visibility: .hidden))
  var allowURLOnThisMachine = false

  func validate() throws {
    guard allowURL || urlPorts == nil && !allowURLOnThisMachine else {
      throw ValidationError("--url-ports goes with --allow-url")
    }
    guard ports != nil else { throw ValidationError("--url-ports are numbers from 1 to 65535, separated by commas") }
  }

  /// The further ports; nil if they are none.
  private var ports: [Int]? {
    let words = urlPorts?.split(separator: ",") ?? []
    let ports = words.compactMap { Int($0) }.filter { (1...65535).contains($0) }
    return ports.count == words.count ? ports : nil
  }

  /// Fetches; nil if nothing is fetched.
  var fetcher: (any URLFetcher)? {
    guard allowURL else { return nil }
    var rules = CurlFetcher.Rules()
    rules.ports.formUnion(ports ?? [])
    rules.allowsLoopback = allowURLOnThisMachine
    return CurlFetcher(rules)
  }
}
