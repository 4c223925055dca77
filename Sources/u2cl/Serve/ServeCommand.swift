import ArgumentParser
import Files
import LibC
import Models
import Processes
import U2Net

/// Becomes the server, a program of its own, because its parts are not built with the command.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Remove backgrounds for other programs, over HTTP, and in a browser.")

  @Argument(parsing: .captureForPassthrough, help: "Arguments of the server; 'u2cl serve --help' shows them.")
  var arguments: [String] = []

  /// Does not return: signals, the exit code and the number of the process are the server's own.
  ///
  /// - Throws: `Failure` if the server is missing or does not start.
  func run() throws {
    guard let server = ServerSearch.path else {
      throw Failure(
        .file, "the server \(ServerSearch.name) is not installed beside u2cl or in PATH; 'make server' builds it")
    }
    throw Failure(.file, "\(server) does not start (\(becoming(server).reason))")
  }

  /// Replaces this process by a program.
  ///
  /// - Returns: why that failed.
  private func becoming(_ program: FilePath) -> SystemError {
    let words = ([program] + arguments.paths).map { path in path.withCString { strdup($0) } }
    defer { words.forEach { free($0) } }
    _ = program.withCString { execv($0, words + [nil]) }
    return .last
  }
}

/// Finds the server.
enum ServerSearch {
  /// The name of the program.
  static let name: FilePath = "u2cl-serve"

  /// The path of the server: beside the command, whose links are followed, in libexec, or in `PATH`; nil if it is in
  /// none of them.
  static var path: FilePath? {
    let folder = ProcessSetup.executable.flatMap { FilePath($0).real?.parent }
    let places = folder.map { [$0, $0.parent.appending("libexec/u2cl")] } ?? []
    return places.map { $0.appending(name) }.first(where: ProgramSearch.isProgram) ?? ProgramSearch.path(of: name)
  }
}
