import Datasets
import Files
import Models
import Pictures
import Saliency
import Tensors
import U2Net

/// The scores of a pair, and what is remarkable about it.
struct PairScores {
  let image: ImageScores
  /// The training loss of the network's maps; nil if it was not requested.
  var loss: DeepSupervisionLoss?
  /// The largest level of a mask without foreground; nil if the mask has foreground.
  var emptyMaskPeak: UInt8?
  /// Whether the map was resized to the size of its mask.
  var isResized = false
  /// How sure the network is that something stands out; nil for maps in files.
  var confidence: Confidence?
}

/// Why a pair could not be scored.
struct PairIssue: Error {
  let issue: Dataset.Issue
}

/// Scores maps against masks in files.
struct PairScorer: Sendable {
  /// Whether maps of another size than their masks are resized.
  var resizesMaps = false
  /// The least level of a foreground pixel in the masks; nil for 129.
  var maskThreshold: UInt8?

  /// The ground truth of a pair, 0 and 255 if there is a threshold of its own.
  func mask(of item: Dataset.Item) throws(Failure) -> Mask { scaled(try file(item.mask)) }

  /// Scores a map.
  func score(
    _ item: Dataset.Item, loss: DeepSupervisionLoss? = nil, confidence: Confidence? = nil,
    map: () throws(Failure) -> Mask
  ) -> Result<PairScores, PairIssue> {
    do throws(PairIssue) {
      var map = try reading(item.input, map)
      let raw = try reading(item.mask) { () throws(Failure) in try file(item.mask) }
      let isResized = resizesMaps && map.size != raw.size
      if isResized { map = map.resizedAsOpenCV(to: raw.size) }
      let mask = scaled(raw)
      do {
        let pair = try SaliencyPair(map: map.pixels, of: map.size, mask: mask.pixels, of: mask.size)
        let image = ImageScores(pair)
        return .success(
          PairScores(
            image: image, loss: loss, emptyMaskPeak: image.counts.foreground == 0 ? raw.pixels.max() : nil,
            isResized: isResized, confidence: confidence))
      } catch {
        throw PairIssue(
          issue: .init(.wrongSize, path: item.input, "\(item.input) is \(map.size), its mask \(mask.size)"))
      }
    } catch {
      return .failure(error)
    }
  }

  private func file(_ path: FilePath) throws(Failure) -> Mask { try asFailure { try Mask(greyOf: path) } }

  private func scaled(_ mask: Mask) -> Mask {
    guard let maskThreshold else { return mask }
    return Mask(size: mask.size, pixels: mask.pixels.map { $0 >= maskThreshold ? 255 : 0 })
  }

  private func reading(_ path: FilePath, _ body: () throws(Failure) -> Mask) throws(PairIssue) -> Mask {
    do { return try body() } catch {
      throw PairIssue(issue: .init(.unreadable, path: path, error.description))
    }
  }
}
