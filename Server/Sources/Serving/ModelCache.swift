/// The loaded models of a device, within a bound of memory. Those that were not used for longest are released first.
struct ModelCache<Key: Hashable, Model: ServedModel> {
  /// In the order of their last use.
  private var entries: [(key: Key, model: Model)] = []
  /// The memory of the models that were loaded once, which tells how much they will take again.
  private var known: [Key: Int] = [:]
  private let byteLimit: Int

  /// - Parameter byteLimit: the most memory of all models; the model that was loaded last stays even if it takes more.
  init(byteLimit: Int) { self.byteLimit = byteLimit }

  /// The memory of all models.
  var byteCount: Int { entries.reduce(0) { $0 + $1.model.byteCount } }

  /// A model, which counts as used.
  mutating func use(_ key: Key) -> Model? {
    guard let place = entries.firstIndex(where: { $0.key == key }) else { return nil }
    let entry = entries.remove(at: place)
    entries.append(entry)
    return entry.model
  }

  /// The memory that a model took when it was loaded last; nil if it has not been loaded yet.
  func knownByteCount(of key: Key) -> Int? { known[key] }

  /// Releases models to make room for one that is about to be loaded.
  ///
  /// - Returns: the models that were released, in that order.
  mutating func makeRoom(for byteCount: Int) -> [Key] {
    var released: [Key] = []
    while !entries.isEmpty, self.byteCount + byteCount > byteLimit { released.append(entries.removeFirst().key) }
    return released
  }

  /// Adds a model and releases others to make room.
  ///
  /// - Returns: the models that were released, in that order.
  mutating func add(_ model: Model, for key: Key) -> [Key] {
    remove(key)
    entries.append((key, model))
    known[key] = model.byteCount
    var released: [Key] = []
    while entries.count > 1, byteCount > byteLimit { released.append(entries.removeFirst().key) }
    return released
  }

  /// Releases a model.
  mutating func remove(_ key: Key) { entries.removeAll { $0.key == key } }
}
