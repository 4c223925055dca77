public import Tensors

/// Why a picture could not be read or written: one line that says what, where and what to do.
public struct PictureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Error, Equatable, Sendable {
    /// There is no file of that name.
    case missing
    /// The path names a directory.
    case isDirectory
    /// The operating system would not let the file be read, for this reason.
    case unreadable(reason: String)
    /// The file holds no byte.
    case empty
    /// The file holds more bytes than this.
    case fileTooLarge(limit: Int)
    /// The bytes are no PNG, JPEG or WebP; the name of the format that they are, where it is known.
    case unknownFormat(resembles: String?)
    /// The file ends before the picture does.
    case truncated(PictureFormat)
    /// The bytes contradict the format; what the decoder said.
    case corrupt(PictureFormat, detail: String)
    /// A kind of the format that is not decoded here; what the decoder said.
    case unsupported(PictureFormat, detail: String)
    /// The header promises more pixels than are allowed.
    case tooManyPixels(Size, limit: Int)
    /// There is not enough memory to decode or encode.
    case outOfMemory
    /// A picture of this size cannot be stored in this format.
    case notEncodable(PictureFormat, Size)
    /// A picture of this size would take so many bytes of memory to be stored as WebP without loss.
    case losslessTooLarge(Size, bytes: Int)
    /// The file could not be written, for this reason of the operating system's.
    case unwritable(reason: String)
  }

  /// What is wrong.
  public let problem: Problem
  /// The path, or another name that the user knows the bytes by.
  public let name: String

  /// A problem with the file of that name.
  public init(_ problem: Problem, name: String) {
    self.problem = problem
    self.name = name
  }

  /// One line, whatever the name holds.
  public var description: String {
    let scalars = name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }
    return "'\(String(String.UnicodeScalarView(scalars)))': \(problem)"
  }
}

extension PictureError.Problem: CustomStringConvertible {
  /// What is wrong and what to do, without the file's name.
  public var description: String {
    switch self {
    case .missing: "there is no such file; check the path"
    case .isDirectory: "is a directory; name a picture file"
    case .unreadable(let reason): "cannot be read (\(reason)); check its permissions"
    case .empty: "the file is empty; copy or download it again"
    case .fileTooLarge(let limit): "the file is larger than \(limit >> 20) MiB; give a smaller picture"
    case .unknownFormat(nil): "is not a PNG, JPEG or WebP picture; convert it to one of these"
    case .unknownFormat(let format?): "is a \(format) file, which is not supported; convert it to PNG, JPEG or WebP"
    case .truncated(let format):
      "the \(format.rawValue) file ends before the picture does; copy or download it again"
    case .corrupt(let format, let detail):
      "the \(format.rawValue) data is damaged (\(detail)); copy or download it again"
    case .unsupported(let format, let detail):
      "this kind of \(format.rawValue) is not supported (\(detail)); save it as an ordinary PNG or JPEG"
    case .tooManyPixels(let size, let limit):
      "the picture claims \(size) pixels, more than the limit of \(limit / 1_000_000) million; scale it down first"
    case .outOfMemory: "there is not enough memory for the picture; scale it down first"
    case .notEncodable(let format, let size): "a picture of \(size) pixels cannot be stored as \(format.rawValue)"
    case .losslessTooLarge(let size, let bytes):
      """
      WebP without loss of \(size) pixels would take \(bytes >> 20) MiB of memory; store it as PNG, or with a quality \
      below 100
      """
    case .unwritable(let reason):
      "cannot be written (\(reason)); check the directory, its permissions and the free space"
    }
  }
}
