import Foundation
import Testing
import U2Net

/// Environments in which something is missing that programs reckon with. A run ends in time, with a mask or with one
/// line, and never by a signal. `scripts/test-environments` sweeps the limits.
@Suite struct EnvironmentTests {
  private static let run = "\"$U2CL\" run '\(Sandbox.demo)' --model '\(Sandbox.tinyModel)' --size 32 -q"

  /// Runs a script and expects one of the codes, at most two lines, all of them u2cl's, and a mask where it succeeds.
  @discardableResult
  private func expectOrderlyEnd(
    _ script: String, _ codes: Set<Int32>, sandbox: Sandbox? = nil, makesMask: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Sandbox.Outcome {
    let outcome = try (sandbox ?? Sandbox()).shell("U='\(Self.run)'; unset SWIFT_BACKTRACE; " + script)
    let what = "\(script): \(outcome.code)\n\(outcome.errors.prefix(2000))"
    #expect(codes.contains(outcome.code), "\(what)", sourceLocation: sourceLocation)
    let lines = outcome.errorLines
    #expect(lines.count <= 2 && lines.allSatisfy { $0.hasPrefix("u2cl: ") }, "\(what)", sourceLocation: sourceLocation)
    if outcome.code == 0, makesMask {
      let mask = try Picture(decoding: outcome.output, name: script)
      #expect(mask.size == Size(height: 480, width: 640), "\(what)", sourceLocation: sourceLocation)
    }
    #expect(outcome.code == 0 || !lines.isEmpty, "\(what)", sourceLocation: sourceLocation)
    return outcome
  }

  /// A closed stream is an error where it is needed, and no file gets its number.
  @Test func closedStreamsAreErrorsOnlyWhereTheyAreNeeded() throws {
    try expectOrderlyEnd("eval $U -o - '<&-'", [0])
    try expectOrderlyEnd("eval $U -o m.png '<&-' '2>&-' '>' /dev/null; cat m.png", [0])
    for closed in ["'>&-'", "'<&-' '>&-'"] {
      let sandbox = try Sandbox()
      let outcome = try expectOrderlyEnd("eval $U -o m.png \(closed)", [5], sandbox: sandbox)
      #expect(outcome.errors.contains("standard output cannot be written (Bad file descriptor)"))
      // Its path could not be told, but the mask is whole.
      #expect(try Picture(contentsOf: "\(sandbox.folder)/m.png").size == Size(height: 480, width: 640))
    }
    for arguments in ["-o - '>&-'", "-o m.png --json '>&-'", "-o - '>' /dev/full"] {
      try expectOrderlyEnd("eval $U \(arguments)", [5])
    }
    try expectOrderlyEnd("\"$U2CL\" models list >&-", [5])
    for input in ["<&-", "< ."] {
      let outcome = try expectOrderlyEnd("timeout 20 \"$U2CL\" run - -o - \(input)", [5])
      #expect(outcome.errors.contains("standard input"), "\(outcome.errors)")
    }
  }

  /// Where no thread fits into the address space, one thread does everything; drivers are not used.
  @Test(arguments: [200_000, 300_000, 700_000, 1_500_000]) func littleAddressSpaceIsEnough(kibibytes: Int) throws {
    for device in ["auto", "reference"] {
      let script = "ulimit -v \(kibibytes); eval timeout 60 $U --device \(device) -o -"
      let outcome = try expectOrderlyEnd(script, [0])
      #expect(device == "auto" || outcome.errors.isEmpty, "\(outcome.errors)")
    }
    let strict = try expectOrderlyEnd("ulimit -v 200000; eval timeout 60 $U --device cpu --strict -o -", [3])
    #expect(strict.errors.contains("ulimit -v"), "\(strict.errors)")
  }

  @Test func otherLimitsAreToldOrSurvived() throws {
    for limit in ["-d 20000", "-d 50000", "-n 4", "-n 8", "-n 10", "-n 16", "-s 128"] {
      try expectOrderlyEnd("ulimit \(limit); eval timeout 60 $U -o -", [0, 5])
    }
    let sandbox = try Sandbox()
    let script = "ulimit -f 1; eval $U -o m.png 2>&1 > /dev/null | cat >&2; exit ${PIPESTATUS[0]}"
    let outcome = try expectOrderlyEnd(script, [5], sandbox: sandbox)
    #expect(outcome.errors.contains("File too large") && !sandbox.files.contains { $0.contains("m.png") })
  }

  /// What happened under limits is not held against a driver without them.
  @Test func limitsLeaveNoVerdictOnADriver() throws {
    let sandbox = try Sandbox()
    let limited = "for kib in 100000 400000 800000; do (ulimit -v $kib; eval $U -o - > /dev/null 2>&1); done"
    let outcome = try expectOrderlyEnd("\(limited); eval $U -o -", [0], sandbox: sandbox)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test(arguments: [
    "unset HOME XDG_CACHE_HOME", "export HOME=/nonexistent/x", "mkdir gone; cd gone; rmdir ../gone", "umask 777",
    "trap '' CHLD PIPE XFSZ", "export OCL_ICD_VENDORS=/nonexistent", "unset LANG LC_ALL TERM PATH",
  ])
  func thePlaceIsOdd(preparation: String) throws {
    try expectOrderlyEnd("\(preparation); eval $U -o -", [0])
  }

  /// A crash that was not foreseen is one line and a code, too.
  @Test(arguments: [("ABRT", 3), ("SEGV", 3), ("ILL", 3), ("TRAP", 3), ("BUS", 5)] as [(String, Int32)])
  func aCrashIsOneLine(signal: String, code: Int32) throws {
    let script = "mkdir in; \"$U2CL\" run in --watch -q & sleep 0.5; kill -\(signal) $!; wait $!"
    let outcome = try expectOrderlyEnd(script, [code], makesMask: false)
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains("ended by signal"), "\(outcome.errors)")
    let traced = try Sandbox().shell("export SWIFT_BACKTRACE=enable=no; \(script)")
    #expect(traced.code > 128, "\(traced.code)")
  }

  /// Whether this user may do what a script does.
  private static func can(_ script: String) -> Bool {
    ((try? Sandbox())?.succeeds(script)) ?? false
  }

  private static let limitsOthers = can("setpriv --reuid 65534 --regid 65534 --clear-groups prlimit --nproc=9 true")
  private static let mounts = can("unshare -m bash -c 'mount --make-rprivate /; mount -t tmpfs tmpfs /mnt'")
  private static let makesFirst = can("unshare -pf --mount-proc true")

  @Test(
    .enabled(if: limitsOthers, "SKIPPED: needs root, setpriv and prlimit to limit threads"),
    arguments: [1, 2, 5, 8, 12, 16, 20, 40]) func fewThreadsAreEnough(count: Int) throws
  {
    // A user who may see the picture and the command, and nothing else.
    let user = "timeout 60 setpriv --reuid 54321 --regid 54321 --clear-groups"
    let limited = "\(user) prlimit --nproc=\(count) env HOME=/nonexistent"
    let copies = "cp '\(Sandbox.demo)' p.jpg; cp '\(Sandbox.tinyModel)' t.onnx; chmod -R a+rX . ..;"
    for device in ["auto", "reference"] {
      let run = "\"$U2CL\" run - --model t.onnx --size 32 -q -o - --device \(device) < p.jpg"
      let script = "export U2CL_CACHE=off; \(copies) \(limited) \(run) 2> errors; code=$?; cat errors >&2; exit $code"
      try expectOrderlyEnd(script, [0])
    }
  }

  @Test(.enabled(if: mounts, "SKIPPED: needs root to mount disks"))
  func aCacheThatRunsNoCodeIsReplaced() throws {
    for options in ["noexec,size=64m", "size=1m", "ro"] {
      let sandbox = try Sandbox()
      let script = """
        mkdir home; export HOME=$PWD/home TMPDIR=$PWD/home; unset XDG_CACHE_HOME POCL_CACHE_DIR U2CL_CACHE
        export U; unshare -m bash -c 'mount --make-rprivate /; mount -t tmpfs -o \(options) tmpfs home; eval $U -o -'
        """
      try expectOrderlyEnd(script, [0], sandbox: sandbox)
    }
  }

  @Test(.enabled(if: mounts, "SKIPPED: needs root to mount disks"))
  func nothingIsMounted() throws {
    for folder in ["/proc", "/dev", "/sys", "/etc"] {
      let mount = "mount --make-rprivate /; mount -t tmpfs tmpfs \(folder)"
      // Without /proc PoCL has a word of its own.
      let filter = "2> >(grep -v '^pocl warning' >&2)"
      try expectOrderlyEnd("export U; unshare -m bash -c '\(mount); eval $U -o -' \(filter)", [0])
    }
  }

  /// Signals have no default effect on the first process of a container.
  @Test(
    .enabled(if: makesFirst, "SKIPPED: needs root to make a process namespace"),
    arguments: [("INT", 130), ("TERM", 143)] as [(String, Int32)])
  func theFirstProcessOfAContainerCanBeEnded(signal: String, code: Int32) throws {
    let script = """
      mkfifo pipe; set -m; unshare -pf --mount-proc "$U2CL" stream --width 8 --height 8 -q < pipe & set +m
      exec 3> pipe; sleep 1.5; kill -\(signal) $(pgrep -P $!); wait $!; code=$?; echo 'u2cl: ended' >&2; exit $code
      """
    try expectOrderlyEnd(script, [code], makesMask: false)
  }
}

extension Sandbox {
  /// Whether a script ends well.
  fileprivate func succeeds(_ script: String) -> Bool { (try? shell(script + " > /dev/null 2>&1"))?.code == 0 }
}
