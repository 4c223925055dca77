import Saliency
import U2Net

/// A page that shows an evaluation; it holds everything that it shows.
struct ReportPage {
  let html: String
  init(_ summary: EvaluationSummary, _ subjects: [EvaluatedSubject], pictures: Dataset?) throws(Failure) {
    html = ""
  }
}
