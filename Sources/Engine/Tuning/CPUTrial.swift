import Networks
import OpenCL
import Tensors

/// Finds which of the kernels on blocks a CPU computes rightly by a driver that u2cl does not know: all of them, those but
/// Winograd's method, or none, so that the portable kernels do everything. Once for a device and a driver.
struct CPUTrial {
  let session: DeviceSession

  /// What is tried, from the fastest on.
  private enum Choice: String, CaseIterable {
    case all, direct, portable

    func apply(to tuning: inout KernelTuning) {
      tuning.allowsWinograd = self == .all
      tuning.hasBlockKernels = self != .portable
    }
  }

  static let subject = "cpu kernels"

  /// Whether a process ended over a trial.
  static func isOpen(_ journal: DeviceJournal) -> Bool { journal.lines.last?.hasSuffix(" begun") ?? false }

  /// Winograd's sums are the least exact.
  private static let tolerance: Float = 5e-5

  /// Leaves out what the device does not compute, and says so in the tuning's notes.
  func apply(to tuning: inout KernelTuning) throws {
    var journal = session.journal(of: Self.subject)
    var reasons: [String] = []
    for choice in Choice.allCases {
      let name = "\(choice.rawValue) "
      let known = journal.lines.last { $0.hasPrefix(name) }.map { String($0.dropFirst(name.count)) }
      var outcome = known == "begun" ? "ended the process that tried it" : known
      if outcome == nil, choice != .portable {
        try session.beginTrial(Self.subject)
        journal.append("\(name)begun")
        outcome = try self.outcome(of: choice, tuning)
        journal.append("\(name)\(outcome ?? "")")
      }
      guard choice == .portable || outcome == "right" else {
        reasons.append("\(choice == .all ? "Winograd's method" : "blocks of channels"): \(outcome ?? "")")
        continue
      }
      choice.apply(to: &tuning)
      break
    }
    guard !reasons.isEmpty else { return }
    tuning.notes.append(
      "\(session.device.name) does not run every kernel (\(reasons.joined(separator: "; "))); slower ones are used instead"
    )
  }

  private func outcome(of choice: Choice, _ tuning: KernelTuning) throws -> String {
    var tuning = tuning
    choice.apply(to: &tuning)
    do {
      let difference = try session.differenceFromPortable(of: Self.graph(), tuning)
      return difference <= Self.tolerance ? "right" : "computed wrongly, by \(difference)"
    } catch let error as CLBuildError {
      return "'\(error.program)' does not build"
    } catch let error as CLError {
      return "fails with \(error.status)"
    }
  }

  /// Every kernel on blocks: Winograd's method in one launch and in two, direct sums, pooling, upsampling.
  private static func graph() throws -> Graph {
    var builder = try GraphBuilder(input: Shape(channels: 3, height: 41, width: 45))
    func layer(_ name: String, _ channels: Int, to node: Node.ID, dilation: Int = 1) throws -> Node.ID {
      let convolution = Convolution(weight: name, bias: "\(name).bias", outChannels: channels, dilation: dilation)
      return try builder.add(.convolution(convolution), to: [node], name: name)
    }
    let first = try builder.add(.relu, to: [layer("first", 48, to: builder.input)], name: "relu")
    let fused = try layer("fused", 48, to: first)
    let pooled = try builder.add(.maxPool(MaxPool()), to: [fused], name: "pool")
    let nonfused = try layer("nonfused", 48, to: pooled)
    let dilated = try layer("dilated", 48, to: nonfused, dilation: 8)
    let large = try builder.add(.upsample(to: Size(height: 41, width: 45)), to: [dilated], name: "upsample")
    let both = try builder.add(.concat, to: [large, first], name: "both")
    return builder.finish(outputs: [("last", try layer("last", 1, to: both))])
  }
}
