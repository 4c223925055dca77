/// A stage on the way of a picture from its file to the file of its result.
package enum Stage: String, CaseIterable, Sendable, Encodable {
  /// Loads and compiles a model for a device.
  case load
  /// Reads the bytes of a file.
  case read
  /// Makes a picture of the bytes.
  case decode
  /// Makes the network's input on the host.
  case resize
  /// Runs the network, and on a GPU whatever else is computed there.
  case network
  /// Brings the network's map to the size of the picture: interpolated, refined or matted.
  case refine
  /// Estimates the foreground's own colours.
  case foreground
  /// Composes the result: composites, blurs, tints, draws.
  case blend
  /// Makes the bytes of a file.
  case encode
  /// Writes the file.
  case write

  /// Runs `body` and adds the processor time that it takes to this stage, if the stages of this process are measured.
  ///
  /// Stages do not nest: each pixel's time belongs to one of them.
  /// - Parameters:
  ///   - pictures: the number of pictures that `body` works on.
  ///   - bytes: the bytes of pictures and files that `body` has read and written, by their shapes.
  package func measure<Value, Problem: Error>(
    pictures: Int = 1, bytes: (Value) -> Int = { _ in 0 }, _ body: () throws(Problem) -> Value
  ) throws(Problem) -> Value {
    guard let times = StageTimes.ofProcess else { return try body() }
    return try times.measure(self, pictures: pictures, bytes: bytes, body)
  }
}
