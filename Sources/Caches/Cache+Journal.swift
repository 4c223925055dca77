internal import Files

extension Cache {
  /// The records appended under a key, oldest first. Torn and damaged lines are left out; a file that belongs to
  /// another key has no records.
  public func records(_ key: CacheKey) -> [String] {
    guard let path = path(of: key), let file = try? WholeFile.readTrusted(path) else { return [] }
    return Journal(key: key).records(in: file)
  }

  /// Appends a record: a text of one line, such as compact JSON. A reader finds all of it or nothing, even if this
  /// process is killed. Several processes may append to one journal.
  public func append(_ record: String, to key: CacheKey) {
    precondition(!record.utf8.contains(10), "a record is one line: \(record)")
    write { () throws(SystemError) in
      guard try madeFolder(of: key.kind) != nil, let path = path(of: key) else { return }
      // Where the file system has no locks, two processes may write at once; every line is checked when it is read.
      let file = try FileDescriptor.lockedAppending(path, permissions: 0o600)
      try file.closeAfter { () throws(SystemError) in try Journal(key: key).append(record, to: file) }
    }
  }
}

/// The format of a journal: a first line with the key, then a line for each record, with its checksum in front.
private struct Journal {
  let key: CacheKey

  private var head: String { "u2cl journal \(CacheEntry.version) \(key.stem)\n" }

  /// Whether a file belongs to this key.
  func owns(_ file: [UInt8]) -> Bool { file.starts(with: head.utf8) }

  func records(in file: [UInt8]) -> [String] {
    guard owns(file) else { return [] }
    return file.dropFirst(head.utf8.count).split(separator: 10).compactMap { line in
      guard let space = line.firstIndex(of: 32) else { return nil }
      let record = line[(space + 1)...]
      return line[..<space].elementsEqual(Self.checksum(record).utf8) ? String(decoding: record, as: UTF8.self) : nil
    }
  }

  /// Appends a record to an open file: all of it, or nothing.
  func append(_ record: String, to file: FileDescriptor) throws(SystemError) {
    var present = try file.trustedContents()
    if !owns(present) {
      try file.truncate(to: 0)
      present = []
    }
    do throws(SystemError) { try file.write(addition(record, to: present)) } catch {
      try? file.truncate(to: present.count)
      throw error
    }
  }

  /// The bytes to append: the head of a new file or the end of a torn line, then the record.
  private func addition(_ record: String, to file: [UInt8]) -> [UInt8] {
    let start = file.isEmpty ? head : file.last == 10 ? "" : "\n"
    return Array("\(start)\(Self.checksum(record.utf8)) \(record)\n".utf8)
  }

  private static func checksum(_ record: some Sequence<UInt8>) -> String {
    SHA256.digest(of: Array(record)).prefix(8).hexadecimal
  }
}
