import Caches
import Engine
import Host
import OpenCL

/// What earlier processes found out about a device with its driver: that it works, or why it cannot be used. What is
/// found out where memory, threads or files are limited counts under the same limits alone.
struct DeviceHealth {
  /// What is kept for later processes.
  private enum Record: JournalRecord, Equatable {
    /// Programs were built and run.
    case sound
    /// The device cannot be used.
    case failed(reason: String)
  }

  private let device: Device
  private var journal: DeviceJournal

  /// - Parameter cache: where records are kept; nil to keep none.
  init(_ device: Device, cache: Cache?) {
    self.device = device
    journal = DeviceJournal(["health 3", u2clVersion] + device.identity + Host.restrictions, cache: cache)
  }

  private var record: Record? { journal.last() }

  /// Whether an earlier process has used the device without harm.
  var isSound: Bool { record == .sound }

  /// Why the device cannot be used; nil if nothing is known against it.
  var failure: Failure? {
    guard case .failed(let reason) = record else { return nil }
    return failure(for: reason)
  }

  private func failure(for reason: String) -> Failure {
    let what = "\(device.name) cannot be used with driver \(device.driverVersion)"
    return Failure(.device, "\(what): \(reason)\(Host.restrictionNote)")
  }

  /// Records that the device works.
  mutating func noteSound() {
    if !isSound { journal.append(Record.sound) }
  }

  /// Records why the device cannot be used, and returns that as a failure.
  ///
  /// A driver that u2cl is tested with fails for a passing reason, such as a full disk, as any driver may under limits:
  /// then nothing is recorded, and the device is tried again the next time.
  mutating func fail(_ reason: String) -> Failure {
    if !device.isOfKnownCPUDriver, Host.restrictions.isEmpty { journal.append(Record.failed(reason: reason)) }
    return failure(for: reason)
  }
}
