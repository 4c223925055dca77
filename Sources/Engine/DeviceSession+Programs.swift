package import Networks
import Tensors

extension DeviceSession {
  /// Builds some of the programs that a graph needs in float32, and leaves them in the cache: programs number `part`,
  /// `part + count` and so on, in the order in which the plan needs them. So `count` processes build them side by side.
  ///
  /// - Parameter built: called after each program, with the number of all programs of the graph.
  /// - Throws: `UncomputableStepError`, `CLBuildError`, `CLError`.
  package func buildPrograms(
    of graph: Graph, _ options: PlanOptions, part: Int, of count: Int, built: (_ total: Int) -> Void
  ) throws {
    let (plan, tuning) = try plan(of: graph, options, .float32, singleBlocks: [])
    var seen: Set<ProgramSource> = []
    let variants = try plan.launches(tuning).map(\.variant).filter { seen.insert($0.program).inserted }
    for index in stride(from: part, to: variants.count, by: count) {
      _ = try kernel(variants[index])
      built(variants.count)
    }
  }
}
