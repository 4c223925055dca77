import Kernels
import OpenCL
import Tensors

/// How many fused multiply-adds of float32 a device does in a second, measured: what convolutions are held against.
public struct FMAPeak: Hashable, Sendable {
  /// Multiply-adds per second, of the best of several shapes of the kernel, by the second best of several runs.
  public let multiplyAddsPerSecond: Double

  /// Measures a session's device; takes a few tenths of a second.
  ///
  /// - Throws: `CLBuildError`, `CLError`.
  public init(of session: DeviceSession) throws {
    multiplyAddsPerSecond = try Candidate.all(for: session.device).map { try $0.measure(in: session) }.max() ?? 0
  }
}

/// One shape of the kernel.
private struct Candidate {
  /// Lanes of a vector.
  let width: Int
  /// Independent sums of a work-item.
  let chains: Int
  /// Work-items of a work-group.
  let group: Int
  /// Work-items for each compute unit.
  let items: Int

  /// Vectors of 512, 256 and 128 bits for CPUs, with chains for the latency and the registers that go with each; many
  /// work-items side by side for everything else.
  static func all(for device: Device) -> [Candidate] {
    guard device.kind == .cpu else {
      let group = min(64, device.maxWorkGroupSize)
      return [4, 8].map { Candidate(width: 4, chains: $0, group: group, items: 2048) }
    }
    return [(16, 12), (8, 12), (4, 16)].map { Candidate(width: $0, chains: $1, group: 1, items: 16) }
  }

  /// The shortest time that is taken for a measurement, in seconds.
  private static let leastSeconds = 0.01

  func measure(in session: DeviceSession) throws -> Double {
    let queue = try Queue(context: session.context)
    let count = items * session.device.computeUnits
    let out = try Buffer(context: session.context, byteCount: count * width * MemoryLayout<Float>.stride)
    let kernel = try session.kernel(
      "fma_peak", from: .fmaPeak, options: "-D WIDTH=\(width) -D CHAINS=\(chains)")
    let launch = Launch(label: "fma_peak", kernel: kernel, size: WorkSize(covering: [count], local: [group]))
    let clock = ContinuousClock()
    func seconds(steps: Int) throws -> Double {
      try kernel.bind(out, Int32(count), Int32(steps), Float(0.75), Float(0.25))
      let time = try clock.measure {
        try queue.enqueue(launch)
        try queue.finish()
      }
      return time / .seconds(1)
    }
    // Some drivers compile in the first launch.
    var steps = 64
    _ = try seconds(steps: steps)
    while try seconds(steps: steps) < Self.leastSeconds, steps < 1 << 24 { steps *= 2 }
    // The second best: one time that is too short to be true, as virtual machines' clocks have them, must not count.
    let best = try (0..<7).map { _ in try seconds(steps: steps) }.sorted()[1]
    return Double(count * width * chains) * Double(steps) / best
  }
}
