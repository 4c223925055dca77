public import Networks
import OpenCL
public import Tensors

extension Executor {
  /// Compiles a graph for a session's device, with the kernels that the session chooses.
  ///
  /// - Parameters:
  ///   - precision: the format in which activations and weights are stored; sums are float32 in any case.
  ///   - singleBlocks: the names of the network's blocks that are stored as float32 in any case.
  /// - Throws: `ParameterError` if the parameters do not fit the graph; `CLBuildError` if a kernel does not build;
  ///   `DeviceMemoryError`; `CLError`.
  public convenience init(
    graph: Graph, parameters: some ParameterSource, session: DeviceSession, options: PlanOptions = PlanOptions(),
    precision: Precision = .float32, singleBlocks: Set<String> = []
  ) throws {
    let (plan, tuning) = try session.plan(of: graph, options, precision, singleBlocks: singleBlocks)
    try self.init(
      graph: graph, parameters: parameters, session: session, options: options, tuning: tuning, plan: plan)
  }
}
