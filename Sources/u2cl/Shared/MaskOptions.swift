import ArgumentParser
import Pictures
import U2Net

/// What is made of a network's maps; the same options in every command that writes masks.
struct MaskOptions: ParsableArguments, Sendable {
  @Flag(
    inversion: .prefixedNo,
    help: """
      Stretch each map from its least to its greatest value, as the authors do, so that noise shows where nothing \
      stands out; --no-stretch keeps the probabilities as they are.
      """)
  var stretch = true

  @Flag(
    help: """
      Keep the background instead of the subject: masks are inverted, after threshold, feather and smoothing and \
      before trimming.
      """)
  var invert = false

  /// How the values of maps become the levels of masks.
  var normalization: MapNormalization { stretch ? .minMax : .identity }

  /// What is said of a picture in which nothing stands out; nil for any other.
  func note(on confidence: Confidence?) -> String? {
    guard let confidence, !confidence.standsOut else { return nil }
    let found = "nothing stands out (largest probability \(Format.fixed(Double(confidence.maximum), 4)))"
    return stretch ? "\(found); the result shows stretched noise, which --no-stretch avoids" : found
  }

  /// What is said of a number of pictures in which nothing stands out; nil for none.
  func summary(ofNothingIn count: Int) -> String? {
    guard count > 0 else { return nil }
    let found = "nothing stands out in \(count)"
    return stretch ? "\(found), where the result shows stretched noise (--no-stretch avoids that)" : found
  }
}
