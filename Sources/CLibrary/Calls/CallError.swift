import CLibraryHeader
import Models
import Pictures

/// Why a call failed: the status that it returns, and the line of `u2cl_last_error`.
struct CallError: Error {
  let status: u2cl_status
  let line: String

  init(_ status: Int, _ line: String) {
    self.status = u2cl_status(status)
    self.line = line
  }

  /// Converts an error of the library below.
  init(_ error: any Error) {
    switch error {
    case let error as CallError: self = error
    case let error as PictureError where error.problem == .outOfMemory: self.init(U2CL_ERROR_MEMORY, "\(error)")
    default:
      let failure = Failure(error)
      self.init(Self.status(of: failure.kind), failure.description + Self.advice(failure.remedy))
    }
  }

  /// The call makes no sense.
  static func usage(_ line: String) -> CallError { CallError(U2CL_ERROR_USAGE, line) }

  /// The caller has cancelled the work.
  static let cancelled = CallError(U2CL_ERROR_CANCELLED, "cancelled by the caller")

  private static func status(of kind: Failure.Kind) -> Int {
    switch kind {
    case .usage: U2CL_ERROR_USAGE
    case .device: U2CL_ERROR_DEVICE
    case .model: U2CL_ERROR_MODEL
    case .file: U2CL_ERROR_FILE
    case .verification: U2CL_ERROR_VERIFICATION
    }
  }

  /// What the caller can do, in the terms of this library.
  private static func advice(_ remedy: Failure.Remedy?) -> String {
    switch remedy {
    case .allowAnotherDevice: "; strict forbids another device"
    case .useReference: "; the device 'reference' needs none"
    case .useOpenCLDevice: "; name an OpenCL device"
    case .chooseInputSize(let range): "; give an input_size from \(range.lowerBound) to \(range.upperBound)"
    case .chooseTask(let task): "; is its task \(task)?"
    case .installModel(let name, _): "; pull it first, by u2cl_model_pull or 'u2cl models pull \(name)'"
    case .pullFromFile, .pullInspectedFile: ", then pull it with that file as source"
    case .nameSourceAndChecksum: "; for another one give source and sha256"
    case .replaceFile: "; set replaces to replace it"
    case .chooseModel, .listModels, nil: ""
    }
  }
}
