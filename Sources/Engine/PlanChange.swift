package import Networks
package import OpenCL

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
  package static func all(of graph: Graph, options: PlanOptions) -> [PlanChange] {
    var changes: [PlanChange] = []
    var before = Plan(lowering: graph)
    _ = Plan(graph, options: options) { pass, after in
      changes.append(PlanChange(pass: pass, ran: pass.isWanted(options), before: before, after: after))
      before = after
    }
    return changes
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
  /// The elements that the activations take as things stand: in the arena, or each on its own before they have their
  /// place there.
  package var activationCount: Int {
    if arenaCount > 0 { return arenaCount }
    var placed = self
    placed.placeInArena(sharing: false, guardCount: 0)
    return placed.arenaCount
  }
}

extension Executor {
  /// What each pass did to the graph.
  package var planChanges: [PlanChange] { PlanChange.all(of: graph, options: options) }

  /// The steps of the plan with their launches, and the elements of scratch that these need.
  package var recordedSteps: [(step: Plan.Step, launches: [Launch], scratchCount: Int)] {
    zip(plan.steps, launches).map { ($0, $1, Recorder.scratchCount(of: $0, in: plan, tuning)) }
  }
}
