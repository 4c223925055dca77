import Testing
import U2Net

/// What is asked for makes no sense: exit code 2 and one line that says where to read on.
@Suite struct UsageTests {
  @Test(arguments: [
    (["nonsense"], "unexpected argument 'nonsense'; see 'u2cl --help'"),
    (["--nonsense"], "unknown option '--nonsense'"),
    (["run"], "missing expected argument '<inputs> ...'; see 'u2cl run --help'"),
    (["run", "in.jpg", "--nonsense"], "unknown option '--nonsense'; see 'u2cl run --help'"),
    (["run", "in.jpg", "--size"], "missing value for '--size <pixels>'"),
    (["run", "in.jpg", "--size", "many"], "the value 'many' is invalid for '--size <pixels>'"),
    (
      ["run", "in.jpg", "--resample", "cubic"],
      "'bilinear', 'bilinear-constant', 'antialiased' or 'lanczos'; see 'u2cl run --help'"
    ),
    (["run", "in.jpg", "--background", "red"], "the value 'red' is invalid"),
    (["run", Sandbox.demo, "-o", "out.png", "--size", "0"], "not possible; give a --size from 1 to 8192"),
    (["run", Sandbox.demo, "-o", "out.png", "--size=-320"], "is not possible"),
    (["run", Sandbox.demo, "-o", "out.png", "--size", "8193"], "is not possible"),
    (["run", Sandbox.demo, "-o", "out.png", "--size", "9223372036854775807"], "is not possible"),
    (["run", "-"], "say where the result of standard input goes"),
    (["run", "a.jpg", "b.jpg", "-o", "-"], "standard output takes one picture"),
    (["run", "a.jpg", "-o", "-", "--json"], "standard output takes one picture"),
    (
      ["run", Sandbox.demo, "-o", "out.gif"],
      "out.gif: the name says no format; end it in .png, .jpg, .webp, .tif or .avif"
    ),
    (["run", Sandbox.demo, "-o", ""], "the name says no format"),
    (["compare", Sandbox.demo, "--tolerance", "nan"], "the tolerance"),
    (["compare", Sandbox.demo, "--tolerance=-1"], "the tolerance"),
    (["bench", "--batch", "0"], "a batch has from 1 to 4096 pictures"),
    (["bench", "--batch", "100000000000000000"], "a batch has from 1 to 4096 pictures"),
    (["bench", "--runs", "0"], "at least 1 counted run"),
    (["bench", "--warmup=-1"], "no fewer than 0 warm-up runs"),
    (["bench", "--min-time", "inf"], "the minimum time"),
    (["bench", "--min-time=-1"], "the minimum time"),
    (["bench", "--size", "0"], "is not possible"),
    (["bench", "--max-time", "1", "--min-time", "2"], "the maximum time"),
    (["bench", "--max-time", "nan"], "the maximum time"),
    (["bench", "-o", "xml"], "'table', 'csv' or 'json'; see 'u2cl bench --help'"),
    (["bench", "-o", "csv", "--json"], "--json and -o csv exclude each other"),
    (["bench", "--scaling", "--explain"], "--scaling and --explain exclude each other"),
    (["bench", "--scaling", "--per-layer"], "go with a plain measurement"),
    (["bench", "--explain", "--trace", "t.json"], "go with a plain measurement"),
    (["bench", "--scaling", "--batch", "2"], "leave out --batch"),
    (["bench", "--trace", "-"], "the trace needs a file"),
  ])
  func nonsenseIsTold(arguments: [String], says: String) throws {
    try Sandbox().expectFailure(2, arguments, says: says)
  }

  @Test(arguments: ["--help", "help", "", "run --help", "help bench", "compare -h", "devices -h"])
  func helpIsAResult(arguments: String) throws {
    let outcome = try Sandbox().expectSuccess(arguments.split(separator: " ").map(String.init))
    #expect(outcome.text.contains("USAGE: u2cl") && outcome.errors.isEmpty)
  }

  @Test func theVersionIsTold() throws {
    let outcome = try Sandbox().expectSuccess(["--version"])
    #expect(outcome.text == u2clVersion + "\n" && outcome.errors.isEmpty)
  }

  /// Neither looks at a device: they do as well and as fast without any. The best of many, as other tests are running.
  @Test(arguments: ["--version", "--help"]) func startingIsInstant(argument: String) throws {
    let sandbox = try Sandbox()
    var best = Double.infinity
    for _ in 0..<200 where best > 0.03 {
      best = min(best, try sandbox.expectSuccess([argument], environment: Sandbox.noOpenCL).seconds)
    }
    #expect(best <= 0.03, "\(argument) took \(best) s")
  }
}
