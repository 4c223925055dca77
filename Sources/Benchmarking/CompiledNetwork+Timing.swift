import Engine
import OpenCL
import Tensors
import U2Net

extension CompiledNetwork {
  /// Runs the network and times each phase. The clock stops only after the device has finished.
  ///
  /// - Returns: the graph's outputs, in its order.
  func run(_ input: Tensor, timedBy watch: Stopwatch) throws -> [Tensor] {
    guard let executor else { return try watch.time(.compute) { try run(input) } }
    try watch.time(.upload) {
      try executor.upload(input)
      try executor.finish()
    }
    try watch.time(.compute) {
      try watch.time(.enqueue) { try executor.enqueue() }
      try executor.finish()
    }
    return try watch.time(.download) { try executor.download() }
  }

  /// Runs the network and times each phase and each launch.
  ///
  /// - Returns: the graph's outputs, in its order, and the launches; none for the reference.
  func trace(_ input: Tensor, timedBy watch: Stopwatch) throws -> (outputs: [Tensor], launches: [LaunchTiming]) {
    guard let executor else { return (try run(input, timedBy: watch), []) }
    try watch.time(.upload) {
      try executor.upload(input)
      try executor.finish()
    }
    let launches = try watch.time(.compute) {
      let start = watch.clock.now
      return try executor.traceCompute { watch.note(.enqueue, since: start) }
    }
    return (try watch.time(.download) { try executor.download() }, launches)
  }
}
