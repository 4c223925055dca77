extension String {
  /// The text in one line of bounded length, for messages: what comes out of a file may hold anything.
  ///
  /// - Parameter count: the most Unicode scalars that are kept; what is cut off is an ellipsis.
  package func singleLine(atMost count: Int) -> String {
    let kept = unicodeScalars.lazy.prefix(count).map { $0.properties.breaksLines ? "\u{FFFD}" : $0 }
    return String(UnicodeScalarView(kept)) + (unicodeScalars.count > count ? "…" : "")
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var breaksLines: Bool {
    switch generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
