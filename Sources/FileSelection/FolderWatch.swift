#if os(Linux)
  internal import Files
  internal import LibC

  /// Watches a folder: gives the files that are in it, then each file that is written or moved there, once it is
  /// complete.
  ///
  /// A file counts as complete when its writer closes it or when it is moved into the folder (inotify(7)). Not
  /// Sendable: one thread watches.
  package final class FolderWatch {
    private let listing: FolderListing
    private let descriptor: Int32
    /// The watched folders by inotify's numbers, each by its path below `listing.folder`.
    private var folders: [Int32: FilePath] = [:]
    private var found: [SelectedFile] = []
    /// When the last event was read. If events are lost, files that changed after this may have been missed.
    private var lastRead = FileStatus.Time.now

    /// Starts to watch; the files that are there already come first.
    package init(_ listing: FolderListing) throws(SelectionError) {
      self.listing = listing
      descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
      guard descriptor >= 0 else { throw SelectionError("folders cannot be watched here (\(Self.reason))") }
      // Watched first and listed then: a file that appears in between is seen twice rather than never.
      try watch("")
      if listing.isRecursive { for folder in try listing.folders() { try watch(folder) } }
      found = try listing.files().reversed()
    }

    deinit { close(descriptor) }

    /// The next file; nil if `waits` returns false or the folder is gone.
    ///
    /// - Parameter waits: waits until the descriptor can be read; returns false to end the watch.
    package func next(waits: (_ descriptor: Int32) -> Bool) throws(SelectionError) -> SelectedFile? {
      while true {
        if let file = found.popLast() { return file }
        guard !folders.isEmpty, waits(descriptor) else { return nil }
        try take()
      }
    }

    private func watch(_ below: FilePath) throws(SelectionError) {
      let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR) | UInt32(IN_DELETE_SELF)
      let path = listing.folder.appending(below)
      let number = path.withCString { inotify_add_watch(descriptor, $0, mask) }
      guard number >= 0 else {
        if errno == ENOENT || errno == ENOTDIR, !below.isEmpty { return }
        throw SelectionError("the folder \(path) cannot be watched (\(Self.reason))")
      }
      folders[number] = below
    }

    /// Reads the events that have come.
    private func take() throws(SelectionError) {
      var fresh: [SelectedFile] = []
      withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
        while true {
          let count = read(descriptor, buffer.baseAddress, buffer.count)
          if count <= 0 { break }
          var offset = 0
          while offset < count {
            let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
            let nameStart = offset + MemoryLayout<inotify_event>.size
            let name = buffer[nameStart..<nameStart + Int(event.len)].prefix { $0 != 0 }
            fresh += files(of: event, name: FilePath(bytes: name))
            offset = nameStart + Int(event.len)
          }
        }
      }
      lastRead = .now
      found = fresh.reversed()
    }

    private func files(of event: inotify_event, name: FilePath) -> [SelectedFile] {
      let mask = event.mask
      if mask & UInt32(IN_Q_OVERFLOW) != 0 { return youngFiles() }
      guard let folder = folders[event.wd] else { return [] }
      if mask & UInt32(IN_IGNORED) != 0 {
        folders[event.wd] = nil
        // Without the folder itself there is nothing to watch.
        if folder.isEmpty { folders = [:] }
        return []
      }
      let below = folder.appending(name)
      if mask & UInt32(IN_ISDIR) != 0 { return filesOfNewFolder(below) }
      guard mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO) != 0, listing.takes(name) else { return [] }
      let path = listing.folder.appending(below)
      return path.kind() == .other ? [] : [SelectedFile(path, below: below)]
    }

    /// Watches a folder that has appeared, and finds what was put there before the watch, of which no event tells.
    private func filesOfNewFolder(_ below: FilePath) -> [SelectedFile] {
      guard listing.isRecursive, listing.searches(below) else { return [] }
      try? watch(below)
      let part = listing.part(below)
      for folder in (try? part.folders()) ?? [] { try? watch(below.appending(folder)) }
      return ((try? part.files()) ?? []).map { file in
        SelectedFile(file.path, below: below.appending(file.relativePath ?? ""))
      }
    }

    /// The system lost events because there were too many: all files that have changed since the last one was read.
    private func youngFiles() -> [SelectedFile] {
      if listing.isRecursive { for folder in (try? listing.folders()) ?? [] { try? watch(folder) } }
      return ((try? listing.files()) ?? []).filter { file in
        guard let status = try? FileStatus(of: file.path) else { return false }
        return status.changed.seconds >= lastRead.seconds - 1
      }
    }

    private static var reason: String { SystemError.last.reason }
  }
#endif
