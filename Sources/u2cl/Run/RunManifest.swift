import Files
import JSON
import Pipelines
import U2Net

/// The file of `run --manifest`: a line of JSON for each picture, appended as soon as the picture's result is written.
///
/// A process that is killed leaves at most one incomplete line, which the next process removes. The last line of a
/// picture counts. One process at a time has the file.
final class RunManifest {
  /// A line. `Bindings/python/src/u2cl/manifest.py` reads and writes the same.
  private struct Line: Codable {
    /// The path of the picture as it was given; escaped where it is not UTF-8.
    let path: String
    /// The digest of the picture's file; nil if the file could not be read.
    var sha256: String?
    let status: Status
    /// When the line was written, in seconds since 1970 (UTC).
    var time = Int(FileStatus.Time.now.seconds)
    /// The time of decoding, network and encoding; nil after a failure.
    var seconds: Double?
    var model: String?
    /// The version of u2cl.
    var version: String = u2clVersion
    /// The file of the result; nil for standard output.
    var result: String?
    /// The digest of the result's file.
    var resultSha256: String?
    var error: String?
  }

  private enum Status: String, Codable {
    case done, failed
  }

  private let path: FilePath
  private let file: FileDescriptor
  /// The pictures that earlier runs have done.
  private(set) var done: Set<String> = []
  /// Why a line could not be written. Whatever came after it would be part of that line.
  private var broken: Failure?
  /// The name of the model; nil as long as none is loaded.
  var model: () -> String? = { nil }

  /// Opens a manifest, or makes it.
  ///
  /// - Parameter path: a manifest, or a new file, whose folder is made.
  /// - Throws: `Failure` if the file cannot be opened, or is something else than a manifest.
  init(_ path: FilePath) throws(Failure) {
    self.path = path
    if path.components.count > 1 { try ResultFolder.make(path.parent) }
    do throws(SystemError) {
      file = try FileDescriptor.lockedAppendingInPlace(path, permissions: 0o666) {
        Console.error("waiting until no other process writes \(path)")
      }
    } catch { throw Self.failure(path, error) }
    try readLines()
  }

  deinit { try? file.close() }

  /// Whether the picture was done by an earlier run.
  func isDone(_ job: PictureJob) -> Bool { done.contains(job.input.path.string) }

  /// Adds the line of a picture that was processed.
  func add(_ entry: RunReport.Entry, of job: PictureJob) throws(Failure) {
    let audit = job.input.audit
    try write(
      Line(
        path: entry.input.string, sha256: audit?.picture, status: .done, seconds: entry.seconds, model: model(),
        result: entry.file?.string, resultSha256: audit?.result))
  }

  /// Adds the line of a picture that could not be processed.
  func add(_ failure: Failure, of job: PictureJob) throws(Failure) {
    let sha256 = job.input.audit?.picture
    try write(
      Line(path: job.input.path.string, sha256: sha256, status: .failed, model: model(), error: failure.message))
  }

  private func write(_ line: Line) throws(Failure) {
    if let broken { throw broken }
    let bytes: [UInt8]
    do { bytes = try JSON.encode(line) + [UInt8(ascii: "\n")] } catch { throw Failure(error) }
    do throws(SystemError) { try file.write(bytes) } catch {
      let failure = Self.failure(path, error)
      broken = failure
      throw failure
    }
  }

  /// Reads the lines of earlier runs, and cuts off one that is incomplete.
  private func readLines() throws(Failure) {
    let bytes: [UInt8]
    do throws(SystemError) { bytes = try file.contents() } catch { throw Self.failure(path, error) }
    let newline = UInt8(ascii: "\n")
    let end = (bytes.lastIndex(of: newline) ?? -1) + 1
    let begins = bytes.isEmpty || bytes[0] == UInt8(ascii: "{")
    for (index, text) in bytes[..<end].split(separator: newline).enumerated() {
      guard begins, let line = try? JSON.decode(Line.self, from: text) else {
        throw notManifest("line \(index + 1) is not one of its lines")
      }
      if line.status == .done { done.insert(line.path) } else { done.remove(line.path) }
    }
    guard begins else { throw notManifest("it begins otherwise") }
    if end < bytes.count {
      do throws(SystemError) { try file.truncate(to: end) } catch { throw Self.failure(path, error) }
    }
  }

  private func notManifest(_ reason: String) -> Failure {
    Failure(.file, "\(path) is no manifest: \(reason); name another file with --manifest")
  }

  private static func failure(_ path: FilePath, _ error: SystemError) -> Failure {
    Failure(.file, "the manifest \(path) cannot be written (\(error.reason)); check its path and permissions")
  }
}

/// The digests of a picture's file and of its result's, which the stages of the pipeline leave for the manifest.
final class PictureAudit: Sendable {
  private let digests = Monitor<(picture: String?, result: String?)>((nil, nil))

  var picture: String? { digests.update { $0.picture } }
  var result: String? { digests.update { $0.result } }

  func read(_ bytes: [UInt8]) {
    let digest = SHA256.digest(of: bytes).hexadecimal
    digests.update { $0.picture = digest }
  }

  func wrote(_ bytes: [UInt8]) {
    let digest = SHA256.digest(of: bytes).hexadecimal
    digests.update { $0.result = digest }
  }
}
