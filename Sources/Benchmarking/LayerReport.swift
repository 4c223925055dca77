import Engine
import OpenCL

/// The time of a launch.
package struct LayerReport: Sendable, Hashable, Codable {
  /// The block, such as `stage1`.
  package let block: String
  /// The node whose result the launch computes, such as `stage1.rebnconv1.relu_s1`.
  package let layer: String
  /// The name of the kernel.
  package let kernel: String
  /// The time in seconds, by the device's clock.
  package let seconds: Double
  /// The multiply-accumulates of a convolution; 0 for other operations.
  package let multiplyAccumulates: Int
  /// The bytes of the layer's inputs, weights and outputs. If a layer has several launches, the first has all of them
  /// and the others have 0.
  package let bytes: Int

  init(_ timing: LaunchTiming, seconds: Double) {
    block = timing.block
    layer = timing.label
    kernel = timing.kernel
    multiplyAccumulates = timing.multiplyAdds
    bytes = timing.bytes
    self.seconds = seconds
  }
}

/// The device memory of a network, in bytes.
package struct MemoryReport: Sendable, Hashable, Codable {
  /// The arena that activations share.
  package let activations: Int
  /// The memory of the activations if none shared it.
  package let activationsUnshared: Int
  /// The packed weights.
  package let parameters: Int
  /// The temporary memory of kernels.
  package let scratch: Int

  init(_ use: Executor.MemoryUse) {
    activations = use.activations
    activationsUnshared = use.activationsUnshared
    parameters = use.parameters
    scratch = use.scratch
  }
}

/// The times of a phase in the counted runs, in seconds.
package struct PhaseReport: Sendable, Hashable, Codable {
  /// The phase.
  package let phase: BenchmarkPhase
  /// The time in each counted run.
  package let samples: [Double]
  /// The statistics of the samples.
  package let statistics: Statistics

  /// Collects the times of a phase; nil if the device does not have this phase.
  init?(_ phase: BenchmarkPhase, in frames: [Stopwatch]) {
    let samples = frames.flatMap { $0.spans.filter { $0.phase == phase }.map(\.seconds) }
    guard !samples.isEmpty else { return nil }
    self.phase = phase
    self.samples = samples
    statistics = Statistics(samples)
  }
}
