import Engine
import Networks
import OpenCL
import Reference
import Tensors

/// Checks whether a device computes what the CPU reference computes: drivers of GPUs miscompile now and then, and a
/// wrong mask looks like a bad model.
enum SelfCheck {
  /// What is kept of a device that passed.
  private struct Record: JournalRecord {
    /// The largest work-group that works, in work-items; nil for what the kernels request.
    let groupLimit: Int?
  }

  /// The largest accepted difference relative to the largest value: float32 sums in another order, the last digits of a
  /// sigmoid.
  private static let tolerance: Float = 1e-4

  /// The limits of a work-group's size that are tried, in work-items; nil for what the kernels request.
  private static let groupLimits: [Int?] = [nil, 32, 8, 1]

  /// Runs every portable kernel on a small network, once for each device, driver and version of the kernels; the result
  /// is recorded.
  ///
  /// If launches fail, smaller work-groups are tried, because some drivers promise larger ones than they run. Faster
  /// kernels are compared with the portable ones later. CPU devices with a driver that u2cl is tested with are not
  /// checked, because a quick start matters more there.
  /// - Throws: `Failure` if the device computes something else; `CLError`, `CLBuildError`.
  static func run(in session: DeviceSession) throws {
    guard !session.device.isOfKnownCPUDriver else { return }
    var journal = session.journal(of: "self-check 2")
    if let known = journal.last(Record.self) {
      session.groupLimit = known.groupLimit
      return
    }
    var health = DeviceHealth(session.device, cache: session.cache)
    var failure: any Error = Failure(.device, "\(session.device.name) runs no kernel")
    for limit in groupLimits {
      session.groupLimit = limit
      do {
        let difference = try difference(in: session)
        if difference <= tolerance {
          journal.append(Record(groupLimit: limit))
          return
        }
        throw health.fail("it computes wrongly (off by \(difference) of the largest value); update the driver")
      } catch let error as CLError {
        failure = error
      } catch let error as CLBuildError {
        throw health.fail("\(error)")
      }
    }
    throw failure
  }

  private static func difference(in session: DeviceSession) throws -> Float {
    let graph = try graph()
    let parameters = SeededParameters(for: graph)
    let input = SeededParameters.input(shape: graph.inputShape)
    var options = PlanOptions()
    options.usesBlocks = false
    options.usesWinograd = false
    let found = try Executor(
      graph: graph, parameters: parameters, session: session, options: options,
      tuning: KernelTuning(for: session.device)
    ).run(input)
    let expected = try ReferenceExecutor(graph: graph, parameters: parameters).run(input)
    return found.relativeDifference(to: expected)
  }

  /// A graph with every operation of U²-Net on an odd shape, for a batch of two.
  private static func graph() throws -> Graph {
    var builder = try GraphBuilder(input: Shape(batch: 2, channels: 3, height: 19, width: 27))
    func convolution(_ name: String, _ channels: Int, dilation: Int = 1) -> Operation {
      .convolution(Convolution(weight: name, bias: "\(name).bias", outChannels: channels, dilation: dilation))
    }
    let first = try builder.add(convolution("first", 16), to: [builder.input], name: "first")
    let relu = try builder.add(.relu, to: [first], name: "relu")
    let pooled = try builder.add(.maxPool(MaxPool()), to: [relu], name: "pool")
    let dilated = try builder.add(convolution("dilated", 16, dilation: 4), to: [pooled], name: "dilated")
    let size = Size(height: 19, width: 27)
    let large = try builder.add(.upsample(to: size), to: [dilated], name: "upsample")
    let both = try builder.add(.concat, to: [large, relu], name: "concat")
    let second = try builder.add(convolution("second", 16, dilation: 2), to: [both], name: "second")
    let sum = try builder.add(.add, to: [second, relu], name: "add")
    let map = try builder.add(convolution("map", 1), to: [sum], name: "map")
    let output = try builder.add(.sigmoid, to: [map], name: "sigmoid")
    return builder.finish(outputs: [("map", output), ("features", sum)])
  }
}
