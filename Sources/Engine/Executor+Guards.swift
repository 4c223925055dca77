import OpenCL
import Tensors

extension Executor {
  /// The float32 value that fills the guard bytes before the first run.
  package static let guardValue: Float = -12345.678

  /// The regions whose guard bytes were overwritten, for tests.
  ///
  /// - Parameter byteCount: the plan's `guardByteCount`, a multiple of four. Its values must not share memory.
  package func overwrittenGuards(byteCount: Int) throws -> [Plan.Storage.ID] {
    try plan.storages.indices.filter { id in
      let storage = plan.storages[id]
      guard storage.lifetime != nil else { return false }
      let guards = try Tensor(shape: [byteCount / MemoryLayout<Float>.stride]) { values in
        try queue.read(
          workspace.arena, offset: storage.offset + storage.byteCount,
          into: UnsafeMutableRawBufferPointer(values))
      }
      return guards.values.contains { $0 != Self.guardValue }
    }
  }
}
