import CLibraryHeader
import LibC
import Pictures
import Synchronization
import U2Net

/// What was found in a picture, and the picture.
final class DetectionObject: Sendable {
  let picture: Picture
  private let found: Found
  /// Whether a mask was requested and nothing else.
  private let isMaskOnly: Bool

  init(_ picture: Picture, _ found: Found, isMaskOnly: Bool) {
    self.picture = picture
    self.found = found
    self.isMaskOnly = isMaskOnly
  }

  /// The 8-bit mask.
  func mask() throws -> Mask {
    switch found {
    case .detection(let detection): try detection.mask()
    case .mask(let found): found.mask
    }
  }

  /// The detection with its maps.
  ///
  /// - Throws: `CallError` if masks alone were requested.
  func whole(for what: String) throws -> Detection {
    guard case .detection(let detection) = found, !isMaskOnly else {
      throw CallError.usage("the detection has a mask alone; \(what) needs another output than U2CL_MASKS")
    }
    return detection
  }

  var confidence: Confidence? {
    switch found {
    case .detection(let detection): detection.confidence
    case .mask(let found): found.confidence
    }
  }

  /// The maps; none if masks alone were requested.
  var maps: [SaliencyMap] {
    guard case .detection(let detection) = found, !isMaskOnly else { return [] }
    return detection.maps
  }
}

/// Names in memory that lives as long as the process, because maps have few names.
enum MapName {
  /// Unchecked Sendable: the memory is never written again.
  private struct Text: @unchecked Sendable { let pointer: UnsafePointer<CChar>? }

  private static let names = Mutex<[String: Text]>([:])

  static func pointer(to name: String) -> UnsafePointer<CChar>? {
    names.withLock { names in
      let text = names[name] ?? Text(pointer: UnsafePointer(strdup(name)))
      names[name] = text
      return text
    }.pointer
  }
}
