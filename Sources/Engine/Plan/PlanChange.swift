package import Networks
package import OpenCL
import Tensors

/// What one pass did to a plan, for explanations.
package struct PlanChange: Sendable {
  /// The pass.
  package let pass: PlanPass
  /// Whether it ran; not where an option or the device has no use for it.
  package let ran: Bool
  /// The plan as the pass found it.
  package let before: Plan
  /// The plan as the pass left it.
  package let after: Plan

  /// Every pass over a graph in the order in which they come, those that do not run included.
  package static func all(of graph: Graph, options: PlanOptions, tuning: KernelTuning) -> [PlanChange] {
    var changes: [PlanChange] = []
    var before = Plan(lowering: graph)
    _ = Plan(graph, options: options, tuning: tuning) { pass, ran, after in
      changes.append(PlanChange(pass, ran: ran, before: before, after: after, tuning: tuning))
      before = after
    }
    return changes
  }

  /// Launches of the steps as it found them, and as it left them.
  package let launchCounts: (before: Int, after: Int)

  private init(_ pass: PlanPass, ran: Bool, before: Plan, after: Plan, tuning: KernelTuning) {
    self.pass = pass
    self.ran = ran
    self.before = before
    self.after = after
    launchCounts = (before.launchCount(tuning), after.launchCount(tuning))
  }

  /// Steps that it changed or made.
  package var changedSteps: Int { Set(after.steps).subtracting(before.steps).count }

  /// Values that it laid out or placed anew.
  package var changedValues: Int {
    zip(before.values, after.values).count { old, new in
      old != new || before.storages[old.storage].offset != after.storages[new.storage].offset
    }
  }
}

extension Plan {
  /// How many launches the steps are on devices of a tuning: one each, but for concats, whose inputs are copied where
  /// they are not in place, and for Winograd's method in several launches.
  package func launchCount(_ tuning: KernelTuning) -> Int {
    steps.reduce(0) { count, step in
      switch (step.operation, step.method) {
      case (.concat, _): count + step.inputs.indices.count { !isInPlace(inputNumber: $0, of: step) }
      case (.convolution(let convolution, _, _), .blocked(.winogradNonfused(let tiles))):
        count + 2
          * tuning.of(step).nonfusedDivision(of: problem(of: convolution, in: step), tiles: tiles).launches.count
      case (.convolution, .blocked(.implicitGEMM(let gemm))):
        count
          + (tuning.of(step).gpu?.parts(of: gemm, inChannels: inChannels(of: step)).count == 1 ? 1 : 2)
      case (.convolution, .blocked(.subgroup(let tile))):
        count + (tile.parts(inChannels: inChannels(of: step)).count == 1 ? 1 : 2)
      default: count + 1
      }
    }
  }

  /// The bytes that the activations take as things stand: in the arena, or each on its own before they have their
  /// place there.
  package var activationByteCount: Int {
    if arenaByteCount > 0 { return arenaByteCount }
    var placed = self
    placed.placeInArena(sharing: false, guardByteCount: 0)
    return placed.arenaByteCount
  }
}

extension Executor {
  /// What each pass did to the graph.
  package var planChanges: [PlanChange] { PlanChange.all(of: graph, options: options, tuning: tuning) }

  /// The steps of the plan with their launches, and the bytes of scratch that these need.
  package var recordedSteps: [(step: Plan.Step, launches: [Launch], scratchByteCount: Int)] {
    zip(plan.steps, launches).map { ($0, $1, Recorder.scratchByteCount(of: $0, in: plan, tuning)) }
  }
}
