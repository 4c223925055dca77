/// A model that is loaded on a device. An engine makes, uses and releases it on one thread.
public protocol ServedModel<Input, Output>: SendableMetatype {
  /// What the model computes on.
  associatedtype Input: Sendable
  /// What it finds in one input.
  associatedtype Output: Sendable
  /// A batch in flight.
  associatedtype InFlight

  /// The largest batch.
  var batch: Int { get }
  /// The memory that the model takes, on the host and on the device.
  var byteCount: Int { get }
  /// Whether the model is to be loaded anew before it is used again, because it runs on a stand-in for a device that
  /// failed.
  var isStale: Bool { get }

  /// Sends a batch on its way and returns as soon as the device allows.
  func begin(_ inputs: [Input]) throws -> InFlight

  /// Waits for the results of a batch: one for each input, in order.
  func finish(_ batch: InFlight) throws -> [Output]
}

extension ServedModel {
  /// A model stays as it is.
  public var isStale: Bool { false }
}

/// Loads models on one device.
public protocol ModelLoader<Key, Loaded>: Sendable {
  /// What tells models apart: the model, and what it is compiled for.
  associatedtype Key: Hashable & Sendable
  /// A loaded model.
  associatedtype Loaded: ServedModel

  /// Loads a model. Called on the thread that will use it, which compiles meanwhile and computes nothing else.
  func load(_ key: Key) throws -> Loaded

  /// The memory that a model is expected to take, in bytes, before it has ever been loaded.
  func expectedByteCount(of key: Key) -> Int
}

extension ModelLoader {
  /// Nothing is known.
  public func expectedByteCount(of key: Key) -> Int { 0 }
}
