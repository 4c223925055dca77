import Caches
import Engine
import Files
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
    /// The device could not be used at a time, in seconds since the beginning of 1970.
    case failedLately(reason: String, time: Int)
  }

  /// The seconds after which a device with a driver that u2cl is tested with is tried again.
  private static let pause = 600

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
    switch record {
    case .failed(let reason): return failure(for: reason)
    case .failedLately(let reason, let time):
      let age = FileStatus.Time.now.seconds - time
      return (0..<Self.pause).contains(age) ? failure(for: "\(reason), \(age) seconds ago") : nil
    case .sound, nil: return nil
    }
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
  /// A driver that u2cl is tested with fails for a passing reason, such as a full disk, and is tried again later. Under
  /// limits, any driver may fail: then nothing is recorded.
  mutating func fail(_ reason: String) -> Failure {
    guard Host.restrictions.isEmpty else { return failure(for: reason) }
    if device.isOfKnownCPUDriver {
      journal.append(Record.failedLately(reason: reason, time: FileStatus.Time.now.seconds))
    } else {
      journal.append(Record.failed(reason: reason))
    }
    return failure(for: reason)
  }
}
