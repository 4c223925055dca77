extension String {
  /// The text in one line of limited length, for messages about the contents of files. Control characters and line
  /// breaks are replaced, and an ellipsis stands for what is cut off.
  ///
  /// - Parameter count: the largest number of Unicode scalars that are kept.
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
