#if os(Linux)
  internal import Glibc

  /// Follows a folder: gives the files that are in it, then those that are written or moved there, each once it is whole.
  ///
  /// inotify(7): a file counts as whole when whoever wrote it closes it, or when it is moved to its place.
  /// Not Sendable: one thread follows.
  package final class FolderWatch {
    private let listing: FolderListing
    private let descriptor: Int32
    /// The folders that are followed, by their paths below the watched one.
    private var folders: [Int32: String] = [:]
    private var found: [SelectedFile] = []
    /// When everything that had been told was taken; files that are younger may have been missed after an overflow.
    private var lastDrained = timespec()

    /// Starts to follow; what is there already comes first.
    package init(_ listing: FolderListing) throws(SelectionError) {
      self.listing = listing
      descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
      guard descriptor >= 0 else { throw SelectionError("folders cannot be watched here (\(Self.reason))") }
      // Followed first and listed then: what comes in between is seen twice rather than not at all.
      try follow("")
      if listing.isRecursive { for folder in try listing.folders() { try follow(folder) } }
      found = try listing.files().reversed()
    }

    deinit { close(descriptor) }

    /// The next file; nil where `waits` says that nobody waits any longer, or where the folder is gone.
    ///
    /// - Parameter waits: waits until the descriptor can be read; false ends the watch.
    package func next(waits: (_ descriptor: Int32) -> Bool) throws(SelectionError) -> SelectedFile? {
      while true {
        if let file = found.popLast() { return file }
        guard !folders.isEmpty, waits(descriptor) else { return nil }
        try take()
      }
    }

    private func follow(_ below: String) throws(SelectionError) {
      let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR) | UInt32(IN_DELETE_SELF)
      let path = PathText.joined(listing.folder, below)
      let watch = inotify_add_watch(descriptor, path, mask)
      guard watch >= 0 else {
        if errno == ENOENT || errno == ENOTDIR, !below.isEmpty { return }
        throw SelectionError("the folder \(path) cannot be watched (\(Self.reason))")
      }
      folders[watch] = below
    }

    /// Takes what the system has to tell.
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
            fresh += files(of: event, name: String(decoding: name, as: UTF8.self))
            offset = nameStart + Int(event.len)
          }
        }
      }
      clock_gettime(CLOCK_REALTIME, &lastDrained)
      found = fresh.reversed()
    }

    private func files(of event: inotify_event, name: String) -> [SelectedFile] {
      let mask = event.mask
      if mask & UInt32(IN_Q_OVERFLOW) != 0 { return youngFiles() }
      guard let folder = folders[event.wd] else { return [] }
      if mask & UInt32(IN_IGNORED) != 0 {
        folders[event.wd] = nil
        // Without the folder itself there is nothing to follow.
        if folder.isEmpty { folders = [:] }
        return []
      }
      let below = PathText.joined(folder, name)
      let path = PathText.joined(listing.folder, below)
      if mask & UInt32(IN_ISDIR) != 0 { return filesOfNewFolder(below) }
      guard mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO) != 0, listing.takes(name) else { return [] }
      return [SelectedFile(path: path, below: below)]
    }

    /// Follows a folder that has appeared; what was put there before that is told by no event.
    private func filesOfNewFolder(_ below: String) -> [SelectedFile] {
      guard listing.isRecursive, listing.looksInto(below) else { return [] }
      try? follow(below)
      let part = listing.part(below)
      for folder in (try? part.folders()) ?? [] { try? follow(PathText.joined(below, folder)) }
      return ((try? part.files()) ?? []).map { file in
        SelectedFile(path: file.path, below: PathText.joined(below, file.below ?? ""))
      }
    }

    /// The system had more to tell than it keeps: all files that have changed since it was last heard.
    private func youngFiles() -> [SelectedFile] {
      if listing.isRecursive { for folder in (try? listing.folders()) ?? [] { try? follow(folder) } }
      return ((try? listing.files()) ?? []).filter { file in
        var status = stat()
        guard stat(file.path, &status) == 0 else { return false }
        return status.st_ctim.tv_sec >= lastDrained.tv_sec - 1
      }
    }

    private static var reason: String { String(cString: strerror(errno)) }
  }
#endif
