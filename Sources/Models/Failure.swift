import Checkpoints
import Downloads
import Files
import Pictures
import Networks
import Tensors

/// Why something could not be done: one line for people, and a kind for programs.
public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sort of thing that went wrong.
  public enum Kind: Hashable, Sendable, CaseIterable {
    /// The request makes no sense.
    case usage
    /// The device does not exist, or it failed.
    case device
    /// The model is missing or damaged, or it does not fit.
    case model
    /// A file could not be read or written.
    case file
    /// Two results that should agree do not.
    case verification
  }

  /// What the caller can do about a failure, for a program to offer in its own terms: a flag, a button, a link.
  public enum Remedy: Hashable, Sendable {
    /// Allow another device to stand in for the one that was requested.
    case allowAnotherDevice
    /// Use the CPU reference, which needs no OpenCL.
    case useReference
    /// Use an OpenCL device instead of the CPU reference.
    case useOpenCLDevice
    /// Choose an input whose side lies in this range, in pixels.
    case chooseInputSize(ClosedRange<Int>)
    /// Run the model with another task.
    case chooseTask(ModelTask)
    /// Name a model that exists.
    case chooseModel
    /// Install a published model; its download has this many bytes, nil if that is not published.
    case installModel(name: String, byteCount: Int?)
    /// Look at which models are installed.
    case listModels
    /// Pull a model from a file that a person has downloaded.
    case pullFromFile(name: String)
    /// Pull a model from a file that a person has downloaded and inspected, with the checksum of that file.
    case pullInspectedFile(name: String)
    /// Pull a model that is not published by naming both its source and its SHA-256.
    case nameSourceAndChecksum
    /// Allow the installed file to be replaced.
    case replaceFile
  }

  /// The sort of thing that went wrong.
  public let kind: Kind
  /// What went wrong, and where; one line.
  public let description: String
  /// What the caller can do about it; nil if the description says all there is to say.
  public let remedy: Remedy?

  /// Creates a failure. Control characters in the description, such as those of a strange file name, are escaped.
  public init(_ kind: Kind, _ description: String, remedy: Remedy? = nil) {
    self.kind = kind
    self.description = description.printable()
    self.remedy = remedy
  }

  /// Converts an error of a lower layer; a `Failure` stays as it is.
  public init(_ error: any Error) {
    if let failure = error as? Failure {
      self = failure
    } else {
      self.init(Self.kind(of: error), "\(error)")
    }
  }

  static func kind(of error: any Error) -> Kind {
    switch error {
    case let error as any KindedError: error.failureKind
    case is PictureError: .file
    case is CheckpointError, is ParameterError, is GraphError, is MissingParameter: .model
    case is InputShapeError: .usage
    case DownloadError.address: .usage
    case DownloadError.checksum, DownloadError.size: .verification
    default: .file
    }
  }
}

/// An error of a layer that this module does not know, with the kind of failure that it is.
package protocol KindedError: Error {
  /// The kind of failure.
  var failureKind: Failure.Kind { get }
}

/// Runs `body` and converts any error that it throws to a `Failure`.
package func asFailure<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
  do { return try body() } catch { throw Failure(error) }
}
