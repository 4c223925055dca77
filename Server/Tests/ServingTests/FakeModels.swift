import Dispatch
import Serving
import Synchronization

/// Models that add a number to each input, and whose batches end when a test lets them.
final class FakeModels: ModelLoader {
  /// What a fake model or its loading fails with.
  struct Problem: Error, Hashable {}

  /// What has happened.
  struct Record: Sendable {
    func expectedByteCount(of key: String) -> Int { 10 * key.utf8.count }

    var loads: [String] = []
    var batches: [[Int]] = []
    var released = 0
  }

  /// A model; "a" takes 10 bytes, "bb" 20.
  final class Model: ServedModel {
    let batch: Int
    let byteCount: Int
    var isStale: Bool { models.isStale.withLock { $0 } }
    private let models: FakeModels

    init(_ key: String, _ models: FakeModels) {
      (batch, byteCount, self.models) = (models.batch, 10 * key.utf8.count, models)
    }

    deinit { models.record.withLock { $0.released += 1 } }

    func begin(_ inputs: [Int]) throws -> [Int] {
      models.record.withLock { $0.batches.append(inputs) }
      if inputs.contains(FakeModels.failsAtBegin) { throw Problem() }
      return inputs
    }

    func finish(_ batch: [Int]) throws -> [Int] {
      models.gate?.wait()
      if batch.contains(FakeModels.failsAtFinish) { throw Problem() }
      return batch.map { $0 + 1000 }
    }
  }

  static let failsAtBegin = -1
  static let failsAtFinish = -2

  let record = Locked(Record())
  /// Whether loaded models are to be loaded anew.
  let isStale = Locked(false)
  let batch: Int
  /// Each signal lets one batch end; nil lets all of them.
  let gate: DispatchSemaphore?

  init(batch: Int = 4, isGated: Bool = false) {
    (self.batch, gate) = (batch, isGated ? DispatchSemaphore(value: 0) : nil)
  }

  func load(_ key: String) throws -> Model {
    record.withLock { $0.loads.append(key) }
    if key.isEmpty { throw Problem() }
    return Model(key, self)
  }

  func expectedByteCount(of key: String) -> Int { 10 * key.utf8.count }

  var loads: [String] { record.withLock { $0.loads } }
  var batches: [[Int]] { record.withLock { $0.batches } }
}

/// Waits until something is so, up to ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
  let end = ContinuousClock.now + .seconds(10)
  while !condition() {
    guard ContinuousClock.now < end else { return false }
    try? await Task.sleep(for: .milliseconds(1))
  }
  return true
}

extension ContinuousClock.Instant {
  /// A deadline that no test reaches.
  static var far: Self { .now + .seconds(60) }
}

/// The name of the error that is thrown; nil for none.
func refusal<Output>(_ body: () async throws(ServingError) -> Output) async -> String? {
  do throws(ServingError) {
    _ = try await body()
    return nil
  } catch {
    return switch error {
    case .full: "full"
    case .stopping: "stopping"
    case .deadline: "deadline"
    case .cancelled: "cancelled"
    case .failed: "failed"
    }
  }
}

/// A value that several threads change.
final class Locked<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { value.withLock { body(&$0) } }
}
