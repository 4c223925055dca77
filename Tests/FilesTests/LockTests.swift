import Files
import Foundation
import TestSupport
import Testing

/// Locks between processes: another process is a shell that runs `flock`.
@Suite struct LockTests {
  private let folder: TemporaryFolder
  private var path: FilePath { FilePath(folder.path).appending("journal") }

  init() throws { folder = try TemporaryFolder() }

  /// A shell that holds the file's lock until its standard input ends.
  private func holder() throws -> (process: Process, release: FileHandle) {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "exec 9>>\"$0\"; flock 9; echo locked; read; echo theirs >&9", path.string]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    #expect(output.fileHandleForReading.readData(ofLength: 7) == Data("locked\n".utf8))
    return (process, input.fileHandleForWriting)
  }

  @Test func theNextProcessWaits() throws {
    let (process, release) = try holder()
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.3)
      try? release.close()
    }
    let file = try FileDescriptor.lockedAppending(path, permissions: 0o600)
    try file.closeAfter {
      try file.write(Array("ours\n".utf8))
      #expect(try file.contents() == Array("theirs\nours\n".utf8))
    }
    process.waitUntilExit()
  }

  /// The first renames the file when it is complete: who waited gets a new one.
  @Test func aFileThatWasRenamedIsOpenedAnew() throws {
    let first = try FileDescriptor.lockedAppendingInPlace(path, permissions: 0o600) { Issue.record("nobody has it") }
    try first.write([1])
    let done = DispatchSemaphore(value: 0)
    let (path, waited) = (path, DispatchSemaphore(value: 0))
    Thread.detachNewThread {
      if let second = try? FileDescriptor.lockedAppendingInPlace(
        path, permissions: 0o600, whenBusy: { waited.signal() })
      {
        #expect(try! second.contents() == [])
        try? second.close()
      }
      done.signal()
    }
    waited.wait()
    try path.rename(to: path.adding(suffix: ".whole"))
    try first.close()
    done.wait()
    #expect(try WholeFile.read(path.adding(suffix: ".whole")) == [1] && WholeFile.read(path) == [])
  }

  @Test func aFailedAppendCanBeTakenBack() throws {
    let file = try FileDescriptor.lockedAppending(path, permissions: 0o600)
    try file.closeAfter {
      try file.write([1, 2, 3])
      try file.truncate(to: 2)
      try file.write([4])
      try file.synchronize()
      #expect(try file.contents() == [1, 2, 4] && file.status().byteCount == 3 && (file.freeBytes ?? 0) > 0)
    }
  }
}
