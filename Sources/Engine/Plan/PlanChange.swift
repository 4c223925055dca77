package import Networks
package import OpenCL
import Tensors

/// What one pass did to a plan, for reports.
package struct PlanChange: Sendable {
  /// The pass.
  package let pass: PlanPass
  /// Whether the pass ran.
  package let ran: Bool
  /// The plan before the pass.
  package let before: Plan
  /// The plan after the pass.
  package let after: Plan

  /// The changes of all passes over a graph in their order, including passes that do not run.
  package static func all(of graph: Graph, options: PlanOptions, tuning: KernelTuning) -> [PlanChange] {
    var changes: [PlanChange] = []
    var before = Plan(lowering: graph)
    _ = Plan(graph, options: options, tuning: tuning) { pass, ran, after in
      changes.append(PlanChange(pass, ran: ran, before: before, after: after, tuning: tuning))
      before = after
    }
    return changes
  }

  /// The number of launches before and after the pass.
  package let launchCounts: (before: Int, after: Int)

  private init(_ pass: PlanPass, ran: Bool, before: Plan, after: Plan, tuning: KernelTuning) {
    self.pass = pass
    self.ran = ran
    self.before = before
    self.after = after
    launchCounts = (before.launchCount(tuning), after.launchCount(tuning))
  }

  /// The number of steps that the pass changed or added.
  package var changedSteps: Int { Set(after.steps).subtracting(before.steps).count }

  /// The number of values whose layout or place the pass changed.
  package var changedValues: Int {
    zip(before.values, after.values).count { old, new in
      old != new || before.storages[old.storage].offset != after.storages[new.storage].offset
    }
  }
}

extension Plan {
  /// The number of launches on a device with this tuning. A step is one launch, except for concats, which copy each
  /// input that is not in place, for Winograd's method in pairs of launches, and for split-K.
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

  /// The size of the activations in bytes: that of the arena, or, before the values are placed, that of an arena in
  /// which they share no memory.
  package var activationByteCount: Int {
    if arenaByteCount > 0 { return arenaByteCount }
    var placed = self
    placed.placeInArena(sharing: false, guardByteCount: 0)
    return placed.arenaByteCount
  }
}

extension Executor {
  /// What each pass did to the graph's plan.
  package var planChanges: [PlanChange] { PlanChange.all(of: graph, options: options, tuning: tuning) }

  /// The steps of the plan with their launches and the bytes of scratch memory that they need.
  package var recordedSteps: [(step: Plan.Step, launches: [Launch], scratchByteCount: Int)] {
    zip(plan.steps, launches).map { ($0, $1, Recorder.scratchByteCount(of: $0, in: plan, tuning)) }
  }
}
