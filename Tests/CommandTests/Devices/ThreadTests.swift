import Foundation
import Testing

/// `--threads` and `U2CL_THREADS`.
@Suite struct ThreadTests {
  private static let run = ["run", Sandbox.demo, "--model", Sandbox.tinyModel, "--size", "64", "-q", "-o", "-"]

  /// The number of threads changes nothing but the time, and compiles nothing again.
  @Test func theNumberOfThreadsChangesNoResult() throws {
    let sandbox = try Sandbox()
    for device in ["auto", "reference"] {
      let usual = try sandbox.expectSuccess(Self.run + ["--device", device])
      let programs = try sandbox.expectSuccess(["cache", "info"]).lines
      for count in ["1", "2", "3", "70"] {
        let found = try sandbox.expectSuccess(Self.run + ["--device", device, "--threads", count])
        #expect(found.output == usual.output, "\(count) threads on \(device)")
        #expect(found.errors.isEmpty, "\(found.errors)")
      }
      #expect(try sandbox.expectSuccess(["cache", "info"]).lines[1] == programs[1], "\(device)")
    }
  }

  /// One thread computes: the others of the process have waited all the time.
  @Test func theReferenceComputesOnOneThread() throws {
    let sandbox = try Sandbox()
    let script = """
      export U2CL_THREADS=1; "$U2CL" run '\(Sandbox.demo)' --device reference -q -o m.png --size 512 & child=$!
      sleep 2; most=0
      for task in /proc/$child/task/*; do
        used=$(awk '{print $14}' $task/stat); [ "$used" -gt 5 ] && most=$((most + 1))
      done
      wait $child && echo "busy $most"
      """
    let outcome = try sandbox.shell(script)
    #expect(outcome.code == 0 && outcome.lines.last == "busy 1", "\(outcome.text)\(outcome.errors)")
  }

  /// PoCL and Intel's runtime have as many compute units, or threads in their pool, as they are told.
  @Test func driversAreTold() throws {
    let sandbox = try Sandbox()
    let devices = try JSON(sandbox.expectSuccess(["devices", "--json"], environment: ["U2CL_THREADS": "1"]).output).list
    for device in devices where device["platform"]?.text == "Portable Computing Language" {
      #expect(device["computeUnits"]?.number == 1)
    }
  }

  @Test(arguments: ["0", "-1", "1025", "x", "1.5", "99999999999999999999"])
  func otherNumbersAreRefused(text: String) throws {
    let sandbox = try Sandbox()
    for command in ["run", "bench", "tune", "compare", "eval", "stream"] {
      let others = [
        "stream": ["--width", "8", "--height", "8"], "eval": ["--masks", ".", "--images", "."], "run": [Sandbox.demo],
        "compare": [Sandbox.demo],
      ]
      let outcome = try sandbox.run([command, "--threads=\(text)"] + (others[command] ?? []))
      #expect(outcome.code == 2 && outcome.saysOnce("--threads"), "\(command): \(outcome.errors)")
    }
    let outcome = try sandbox.run(Self.run, environment: ["U2CL_THREADS": text])
    #expect(outcome.code == 2 && outcome.saysOnce("U2CL_THREADS takes a number from 1 to 1024, not '\(text)'"))
  }

  @Test func anEmptyVariableIsNone() throws {
    #expect(try Sandbox().expectSuccess(Self.run, environment: ["U2CL_THREADS": ""]).errors.isEmpty)
  }
}
