public import CLibraryHeader
import Datasets
import Evaluation
import Files
import Saliency

/// The most pairs of a call.
private let mostPairs = 10_000_000

/// See `u2cl.h`.
@c @implementation
public func u2cl_evaluation_create(
  _ options: UnsafePointer<u2cl_evaluation_options>?, _ evaluation: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call(.nothing) {
    let target = try output(evaluation)
    give(try EvaluationObject(.read(options)), to: target)
  }
}

/// - Throws: `CallError` if there are not so many pairs.
private func check<Element>(
  _ maps: UnsafePointer<Element>?, _ truths: UnsafePointer<Element>?, _ count: Int
) throws -> (UnsafePointer<Element>, UnsafePointer<Element>) {
  guard let maps, let truths else { throw CallError.usage("the maps or their ground truths are NULL") }
  try checkCount(count, of: "pairs", atMost: mostPairs)
  return (maps, truths)
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_evaluation_add(
  _ evaluation: OpaquePointer?, _ maps: UnsafePointer<OpaquePointer?>?, _ truths: UnsafePointer<OpaquePointer?>?,
  _ count: Int
) -> u2cl_status {
  call {
    let object = try Handles.shared.object(evaluation, EvaluationObject.self)
    let (maps, truths) = try check(maps, truths, count)
    func pictures(_ handles: UnsafePointer<OpaquePointer?>) throws -> [PictureObject] {
      try (0..<count).map { try Handles.shared.object(handles[$0], PictureObject.self) }
    }
    let (found, expected) = (try pictures(maps), try pictures(truths))
    let scorer = object.scorer
    try object.add(count) { index in
      do throws(SizeMismatch) {
        return .success(try scorer.score(found[index].grey, against: expected[index].grey))
      } catch {
        return .failure(PairIssue(issue: .init(.wrongSize, path: "", "pair \(index): \(error)")))
      }
    }
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_evaluation_add_files(
  _ evaluation: OpaquePointer?, _ maps: UnsafePointer<UnsafePointer<CChar>?>?,
  _ truths: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int
) -> u2cl_status {
  call {
    let object = try Handles.shared.object(evaluation, EvaluationObject.self)
    let (maps, truths) = try check(maps, truths, count)
    let items = try (0..<count).map { index in
      guard let map = readPath(maps[index]), let truth = readPath(truths[index]) else {
        throw CallError.usage("a path of pair \(index) is NULL")
      }
      return Dataset.Item(input: map, mask: truth)
    }
    let scorer = object.scorer
    try object.add(count, names: { items[$0] }, score: { scorer.score(items[$0]) })
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_evaluation_add_folders(
  _ evaluation: OpaquePointer?, _ maps: UnsafePointer<CChar>?, _ truths: UnsafePointer<CChar>?
) -> u2cl_status {
  call {
    let object = try Handles.shared.object(evaluation, EvaluationObject.self)
    guard let maps = readPath(maps), let truths = readPath(truths) else {
      throw CallError.usage("the folder of the maps or that of the ground truths is NULL")
    }
    let dataset = try Dataset(inputs: maps, masks: truths)
    if let issue = dataset.issues.first, !object.allowsIssues {
      let more = dataset.issues.count > 1 ? " (and \(dataset.issues.count - 1) more)" : ""
      throw CallError(U2CL_ERROR_FILE, "the folders do not match: \(issue.description)\(more)")
    }
    let (scorer, items) = (object.scorer, dataset.items)
    try object.add(
      items.count, issues: dataset.issues, notes: dataset.unread.map(\.description), names: { items[$0] },
      score: { scorer.score(items[$0]) })
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_evaluation_measures(
  _ evaluation: OpaquePointer?, _ measures: UnsafeMutablePointer<u2cl_measures>?
) -> u2cl_status {
  call(.nothing) {
    let object = try Handles.shared.object(evaluation, EvaluationObject.self)
    let measures = try place(for: "the measures", measures)
    try u2cl_measures.check(measures)
    measures.pointee.fill(try object.found().scores)
  }
}

extension u2cl_measures {
  fileprivate mutating func fill(_ scores: DatasetScores) {
    pictures = scores.count
    (max_f_pr, max_f, mean_f, adaptive_f) = (scores[.maxFPR], scores[.maxF], scores[.meanF], scores[.adaptiveF])
    (mae, weighted_f, s_measure) = (scores[.mae], scores[.weightedF], scores[.sMeasure])
    (max_e, mean_e, adaptive_e) = (scores[.maxE], scores[.meanE], scores[.adaptiveE])
    (relaxed_boundary_f, iou_50, max_iou) = (scores[.relaxedBoundaryF], scores[.iou50], scores[.maxIoU])
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_evaluation_report(
  _ evaluation: OpaquePointer?, _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call(.nothing) {
    let target = try output(json)
    let object = try Handles.shared.object(evaluation, EvaluationObject.self)
    try give(json: EvaluationReport(object.found()), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_evaluation_release(_ evaluation: OpaquePointer?) -> u2cl_status {
  release(evaluation, EvaluationObject.self)
}
