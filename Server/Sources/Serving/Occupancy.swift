internal import Synchronization

/// How many devices of an engine are at work.
final class Occupancy: Sendable {
  private let devices: Int
  private let busy = Atomic(0)

  init(devices: Int) { self.devices = devices }

  /// Whether no device is idle.
  var isFull: Bool { busy.load(ordering: .relaxed) == devices }

  /// A device begins to work.
  func begin() { busy.add(1, ordering: .relaxed) }

  /// A device becomes idle.
  func end() { busy.subtract(1, ordering: .relaxed) }
}
