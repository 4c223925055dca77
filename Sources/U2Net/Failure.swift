import Checkpoints
import Downloads
import Engine
import Pictures
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
  /// What, where, and what to do; one line.
  public let description: String

  /// A failure; a description that quotes a strange file name stays one line.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description.oneLine
  }

  /// The failure that an error of a lower layer is.
  public init(_ error: any Error) {
    if let failure = error as? Failure {
      self = failure
      return
    }
    kind = Self.kind(of: error)
    description = "\(error)".oneLine
  }

  static func kind(of error: any Error) -> Kind {
    switch error {
    case is PictureError: .file
    case is CLError, is CLBuildError, is DeviceMemoryError, is KernelArgumentCountError: .device
    case is UncomputableStepError, is WorkGroupSizeError, is SubgroupSizeError, is UntriedProgramError: .device
    case is CheckpointError, is ParameterError, is GraphError, is MissingParameter: .model
    case is InputShapeError, is PassError: .usage
    case DownloadError.address: .usage
    case DownloadError.checksum, DownloadError.size: .verification
    default: .file
    }
  }
}

extension String {
  /// Without line breaks and other control characters; each becomes a question mark.
  package var oneLine: String {
    String(UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
  }
}

/// Runs `body`; whatever it throws comes out as a `Failure`.
func asFailure<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
  do { return try body() } catch { throw Failure(error) }
}
