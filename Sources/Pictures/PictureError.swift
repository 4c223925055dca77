internal import Files
public import Tensors

/// Why a picture could not be read or written, on one line: where, what, and what to do.
public struct PictureError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of problems.
  public enum Problem: Error, Equatable, Sendable {
    /// There is no file of that name.
    case missing
    /// The path is that of a folder.
    case isDirectory
    /// The system cannot read the file, for this reason.
    case unreadable(reason: String)
    /// The file is empty.
    case empty
    /// The file has more bytes than the limit.
    case fileTooLarge(limit: Int)
    /// The file is of no `PictureFormat`; `resembles` is the name of its format, if it is known.
    case unknownFormat(resembles: String?)
    /// The file ends before the picture is complete.
    case truncated(PictureFormat)
    /// The bytes contradict the format; `detail` is the decoder's message.
    case corrupt(PictureFormat, detail: String)
    /// A variant of the format that is not supported; `detail` is the decoder's message.
    case unsupported(PictureFormat, detail: String)
    /// The library that decodes the format is not installed, or it was built without the format; `package` is the
    /// Debian package that brings it.
    case decoderMissing(PictureFormat, package: String)
    /// The library that encodes the format is not installed, or it was built without the format; `package` is the
    /// Debian package that brings it.
    case encoderMissing(PictureFormat, package: String)
    /// The header states more pixels than the limit.
    case tooManyPixels(Size, limit: Int)
    /// There is not enough memory to decode or encode the picture.
    case outOfMemory
    /// The format cannot hold a picture of this size.
    case notEncodable(PictureFormat, Size)
    /// Lossless WebP of a picture of this size would take that many bytes of memory.
    case losslessTooLarge(Size, bytes: Int)
    /// The system cannot write the file, for this reason.
    case unwritable(reason: String)
  }

  /// The problem.
  public let problem: Problem
  /// The path of the file, or what the caller calls the picture.
  public let name: String

  /// A problem with the file of that name.
  public init(_ problem: Problem, name: String) {
    self.problem = problem
    self.name = name
  }

  /// The name and the problem on one line, whatever the name holds.
  public var description: String { "'\(name.printable())': \(problem)" }
}

extension PictureError.Problem: CustomStringConvertible {
  /// The problem and what to do, without the name.
  public var description: String {
    switch self {
    case .missing: "there is no such file; check the path"
    case .isDirectory: "is a directory; name a file"
    case .unreadable(let reason): "cannot be read (\(reason)); check its permissions"
    case .empty: "the file is empty; copy or download it again"
    case .fileTooLarge(let limit): "the file is larger than \(limit >> 20) MiB; give a smaller picture"
    case .unknownFormat(nil):
      "is not a picture of a known format (\(PictureFormat.names)); convert it to one of these"
    case .unknownFormat(let format?):
      "is a file of the format \(format), which is not supported; convert it to PNG, JPEG or WebP"
    case .decoderMissing(let format, let package):
      """
      reading \(format.rawValue) takes libvips, which is missing or lacks it; install it (Debian: apt-get install \
      \(package)), or convert the picture to PNG or JPEG
      """
    case .encoderMissing(let format, let package):
      """
      writing \(format.rawValue) takes libvips, which is missing or lacks it; install it (Debian: apt-get install \
      \(package)), or write PNG or WebP
      """
    case .truncated(let format):
      "the \(format.rawValue) file ends before the picture does; copy or download it again"
    case .corrupt(let format, let detail):
      "the \(format.rawValue) data is damaged (\(detail)); copy or download it again"
    case .unsupported(let format, let detail):
      "this kind of \(format.rawValue) is not supported (\(detail)); save it as an ordinary PNG or JPEG"
    case .tooManyPixels(let size, let limit):
      """
      the picture claims \(size) pixels, more than the limit of \(Self.millions(limit)), and would take at least \
      \(Self.gibibytes(of: size)) GiB of memory; scale it down first
      """
    case .outOfMemory: "there is not enough memory for the picture; scale it down first"
    case .notEncodable(let format, let size): "a picture of \(size) pixels cannot be stored as \(format.rawValue)"
    case .losslessTooLarge(let size, let bytes):
      """
      WebP without loss of \(size) pixels would take \(bytes >> 20) MiB of memory; store it as PNG, or with a quality \
      below 100
      """
    case .unwritable(let reason):
      "cannot be written (\(reason)); check the folder, its permissions and the free space"
    }
  }

  /// A number of pixels as in `200 million`.
  private static func millions(_ pixels: Int) -> String {
    pixels % 1_000_000 == 0 && pixels > 0 ? "\(pixels / 1_000_000) million" : "\(pixels)"
  }

  /// The memory of the samples of a picture, of three bytes a pixel, in GiB with one decimal, rounded up.
  private static func gibibytes(of size: Size) -> String {
    let tenths = (Double(size.height) * Double(size.width) * 3 / Double(1 << 30) * 10).rounded(.up)
    return "\(tenths / 10)"
  }
}
