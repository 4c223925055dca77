import Kernels
import OpenCL
import Tensors

/// A device's measured rate of fused multiply-adds in float32, to compare convolutions with.
public struct FMAPeak: Hashable, Sendable {
  /// Multiply-adds per second: the second-best run of the best shape of the kernel.
  public let multiplyAddsPerSecond: Double

  /// Measures a session's device in a few tenths of a second.
  ///
  /// - Throws: `CLBuildError`, `CLError`.
  public init(of session: DeviceSession) throws {
    multiplyAddsPerSecond = try Candidate.all(for: session.device).map { try $0.measure(in: session) }.max() ?? 0
  }
}

/// A shape of the kernel.
private struct Candidate {
  /// The number of lanes of a vector.
  let width: Int
  /// The number of independent sums of a work-item.
  let chains: Int
  /// The size of a work-group.
  let group: Int
  /// The number of work-items for each compute unit.
  let items: Int

  /// For CPUs, vectors of 512, 256 and 128 bits with as many sums as hide the latency and fit the registers; for
  /// everything else, many work-items.
  static func all(for device: Device) -> [Candidate] {
    guard device.kind == .cpu else {
      let group = min(64, device.maxWorkGroupSize)
      return [4, 8].map { Candidate(width: 4, chains: $0, group: group, items: 2048) }
    }
    return [(16, 12), (8, 12), (4, 16)].map { Candidate(width: $0, chains: $1, group: 1, items: 16) }
  }

  /// The shortest run that counts as a measurement, in seconds.
  private static let minimumSeconds = 0.01

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
    // Some drivers compile during the first launch.
    var steps = 64
    _ = try seconds(steps: steps)
    while try seconds(steps: steps) < Self.minimumSeconds, steps < 1 << 24 { steps *= 2 }
    // The second best, because the clocks of virtual machines sometimes report one time that is too short.
    let best = try (0..<7).map { _ in try seconds(steps: steps) }.sorted()[1]
    return Double(count * width * chains) * Double(steps) / best
  }
}
