import Checkpoints
import Engine
import Images
import Networks
import OpenCL
import Tensors

/// Why something could not be done: one line for people, and a kind for programs.
public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What sort of thing went wrong; the command's exit code.
  public enum Kind: Int32, Hashable, Sendable {
    /// The request makes no sense as it was put.
    case usage = 2
    /// There is no such device, or it failed.
    case device = 3
    /// The model is missing, damaged, or does not fit.
    case model = 4
    /// A picture could not be read or written.
    case file = 5
    /// Two results that should agree do not.
    case verification = 6
  }

  /// What sort of thing went wrong.
  public let kind: Kind
  /// What, where, and what to do; one line, but for a compiler's log.
  public let description: String

  /// A failure.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The failure that an error of a lower layer is.
  public init(_ error: any Error) {
    if let failure = error as? Failure {
      self = failure
      return
    }
    self.init(Self.kind(of: error), "\(error)")
  }

  private static func kind(of error: any Error) -> Kind {
    switch error {
    case is ImageError: .file
    case is CLError, is CLBuildError, is DeviceMemoryError, is KernelArgumentCountError: .device
    case is CheckpointError, is ParameterError, is GraphError, is MissingParameter: .model
    case is InputShapeError: .usage
    default: .file
    }
  }
}

/// Runs `body`; whatever it throws comes out as a `Failure`.
func failing<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
  do { return try body() } catch { throw Failure(error) }
}
