package import Datasets
import Files
import Models
package import Pictures
package import Saliency
import Tensors
import U2Net

/// The scores of a pair, and what is remarkable about it.
package struct PairScores: Sendable {
  /// The measures.
  package let image: ImageScores
  /// The training loss of the network's maps; nil if it was not requested.
  var loss: DeepSupervisionLoss?
  /// The largest level of a mask without foreground; nil if the mask has foreground.
  package var emptyMaskPeak: UInt8?
  /// Whether the map was resized to the size of its mask.
  package var isResized = false
  /// How sure the network is that something stands out; nil for maps in files.
  var confidence: Confidence?
}

/// Why a pair could not be scored.
package struct PairIssue: Error {
  /// What is wrong, and with which file.
  package let issue: Dataset.Issue

  /// Creates the reason.
  package init(issue: Dataset.Issue) { self.issue = issue }
}

/// Scores maps against masks.
package struct PairScorer: Sendable {
  /// Whether maps of another size than their masks are resized.
  package var resizesMaps: Bool
  /// The least level of a foreground pixel in the masks; nil for 129.
  package var maskThreshold: UInt8?

  /// Creates a scorer.
  package init(resizesMaps: Bool = false, maskThreshold: UInt8? = nil) {
    self.resizesMaps = resizesMaps
    self.maskThreshold = maskThreshold
  }

  /// Scores a map in memory against a mask as it was read.
  ///
  /// - Throws: `SizeMismatch` if the sizes differ.
  package func score(_ map: Mask, against raw: Mask) throws(SizeMismatch) -> PairScores {
    let isResized = resizesMaps && map.size != raw.size
    let map = isResized ? map.resizedAsOpenCV(to: raw.size) : map
    let mask = scaled(raw)
    let image = ImageScores(try SaliencyPair(map: map.pixels, of: map.size, mask: mask.pixels, of: mask.size))
    return PairScores(
      image: image, emptyMaskPeak: image.counts.foreground == 0 ? raw.pixels.max() : nil, isResized: isResized)
  }

  /// Scores a map in a file.
  package func score(_ item: Dataset.Item) -> Result<PairScores, PairIssue> {
    score(item) { () throws(Failure) in try asFailure { try Mask(greyOf: item.input) } }
  }

  /// The ground truth of a pair, 0 and 255 if there is a threshold of its own.
  func mask(of item: Dataset.Item) throws(Failure) -> Mask { scaled(try file(item.mask)) }

  /// Scores a map.
  func score(
    _ item: Dataset.Item, loss: DeepSupervisionLoss? = nil, confidence: Confidence? = nil,
    map: () throws(Failure) -> Mask
  ) -> Result<PairScores, PairIssue> {
    do throws(PairIssue) {
      let map = try reading(item.input, map)
      let raw = try reading(item.mask) { () throws(Failure) in try file(item.mask) }
      do {
        var pair = try score(map, against: raw)
        (pair.loss, pair.confidence) = (loss, confidence)
        return .success(pair)
      } catch {
        throw PairIssue(
          issue: .init(.wrongSize, path: item.input, "\(item.input) is \(map.size), its mask \(raw.size)"))
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
