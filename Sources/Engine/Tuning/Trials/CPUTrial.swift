import Networks
import OpenCL
import Tensors

/// Finds which kernels on blocks a CPU computes correctly with a driver that u2cl does not know: all of them, all but
/// Winograd's method, or none, so that portable kernels are used. Runs once for each device and driver.
struct CPUTrial {
  let session: DeviceSession

  /// The choices, from the fastest to the slowest.
  private enum Choice: String, CaseIterable, Codable {
    case all, direct, portable

    func apply(to tuning: inout KernelTuning) {
      tuning.allowsWinograd = self == .all
      tuning.hasBlockKernels = self != .portable
    }

    /// The kernels that are not used if the choice is refused.
    var name: String { self == .all ? "Winograd's method" : "blocks of channels" }
  }

  /// A line of the trial's journal.
  private struct Record: JournalRecord {
    let choice: Choice
    let outcome: TrialOutcome
    /// Why the choice is refused.
    var reason: String?
  }

  static let subject = "cpu kernels"

  /// Whether a trial ended the process that began it.
  static func isOpen(_ journal: DeviceJournal) -> Bool {
    journal.records(Record.self).last?.outcome == .begun
  }

  /// The largest relative difference at which kernels count as right: Winograd's sums are the least exact.
  private static let tolerance: Float = 5e-5

  /// Takes the fastest choice that the device computes correctly, and adds a note to the tuning if that is not the
  /// first.
  func apply(to tuning: inout KernelTuning) throws {
    var journal = session.journal(of: Self.subject)
    var refusals: [String] = []
    for choice in Choice.allCases {
      guard choice != .portable, let reason = try refusal(of: choice, tuning, &journal) else {
        choice.apply(to: &tuning)
        break
      }
      refusals.append("\(choice.name): \(reason)")
    }
    guard !refusals.isEmpty else { return }
    let list = refusals.joined(separator: "; ")
    tuning.notes.append(
      "\(session.device.name) does not run every kernel (\(list)); slower ones are used instead")
  }

  /// Why a choice is refused, by the journal or else by a trial; nil if it may be used.
  private func refusal(of choice: Choice, _ tuning: KernelTuning, _ journal: inout DeviceJournal) throws -> String? {
    let known = journal.records(Record.self).last { $0.choice == choice }
    switch known?.outcome {
    case .begun: return "ended the process that tried it"
    case .right: return nil
    case .refused: return known?.reason ?? "failed"
    case nil: break
    }
    try session.beginTrial(Self.subject)
    journal.append(Record(choice: choice, outcome: .begun))
    let reason = try trial(of: choice, tuning)
    journal.append(Record(choice: choice, outcome: reason == nil ? .right : .refused, reason: reason))
    return reason
  }

  /// What is wrong with the kernels of a choice; nil if they are right.
  private func trial(of choice: Choice, _ tuning: KernelTuning) throws -> String? {
    var tuning = tuning
    choice.apply(to: &tuning)
    do {
      let difference = try session.differenceFromPortable(of: ProbeGraph.blocksOnCPU(), tuning)
      return difference <= Self.tolerance ? nil : "computed wrongly, by \(difference)"
    } catch let error as CLBuildError {
      return "'\(error.program)' does not build"
    } catch let error as CLError {
      return "fails with \(error.status)"
    }
  }
}
