extension Cache {
  /// The records that were appended under a key, oldest first. A line that is torn or damaged is left out; a file that
  /// is not this key's has none.
  public func records(_ key: CacheKey) -> [String] {
    guard let path = path(of: key), let file = SystemFile.read(path) else { return [] }
    return Journal(key: key).records(in: file)
  }

  /// Appends a record, a text of one line such as compact JSON, in one go: a reader, or the next process after this one
  /// was killed, finds all of it or nothing. Several processes may append to one journal.
  public func append(_ record: String, to key: CacheKey) {
    precondition(!record.utf8.contains(10), "a record is one line: \(record)")
    write { () throws(SystemError) in
      guard try madeFolder(of: key.kind) != nil, let path = path(of: key) else { return }
      let descriptor = try SystemFile.openToAppend(path)
      defer { SystemFile.closeFile(descriptor) }
      let journal = Journal(key: key)
      var present = try SystemFile.read(descriptor)
      if !journal.owns(present) {
        try SystemFile.empty(descriptor)
        present = []
      }
      try SystemFile.append(journal.addition(record, to: present), to: descriptor, ofSize: present.count)
    }
  }
}

/// The form of a journal: a first line with the key, then a line for each record, its checksum before it.
private struct Journal {
  let key: CacheKey

  private var head: String { "u2cl journal \(CacheEntry.version) \(key.stem)\n" }

  /// Whether a file is this key's.
  func owns(_ file: [UInt8]) -> Bool { file.starts(with: head.utf8) }

  func records(in file: [UInt8]) -> [String] {
    guard owns(file) else { return [] }
    return file.dropFirst(head.utf8.count).split(separator: 10).compactMap { line in
      guard let space = line.firstIndex(of: 32) else { return nil }
      let record = line[(space + 1)...]
      return line[..<space].elementsEqual(Self.checksum(record).utf8) ? String(decoding: record, as: UTF8.self) : nil
    }
  }

  /// What is to be appended to a file: the head of a new one, the end of a line that was torn, the record.
  func addition(_ record: String, to file: [UInt8]) -> [UInt8] {
    let start = file.isEmpty ? head : file.last == 10 ? "" : "\n"
    return Array("\(start)\(Self.checksum(record.utf8)) \(record)\n".utf8)
  }

  private static func checksum(_ record: some Sequence<UInt8>) -> String {
    SHA256.digest(of: Array(record)).prefix(8).hexadecimal
  }
}
