#if os(Linux)
  internal import Files
  internal import LibC

  /// Listens to what the system tells of a folder (inotify(7)).
  ///
  /// A file is complete when its writer has closed it or when it is moved into the folder. A file that appears by a
  /// link, as one written without a name does (`O_TMPFILE`), has no writer in the folder. `FilesUnderWay` tells when
  /// each is complete.
  final class FolderEvents {
    let descriptor: Int32
    private let listing: FolderListing
    /// The watched folders by inotify's numbers, each by its path below `listing.folder`.
    private var folders: [Int32: FilePath] = [:]
    private var underWay: FilesUnderWay
    /// When the last event was read. If events are lost, files that changed after this may have been missed.
    private var lastRead = FileStatus.Time.now
    private var isLost = false

    /// Starts to listen. What is in the folder by then is for the caller to list, after this: a file that appears in
    /// between is seen twice rather than never.
    init(_ listing: FolderListing) throws(SystemError) {
      self.listing = listing
      underWay = FilesUnderWay(listing)
      descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
      guard descriptor >= 0 else { throw .last }
      for folder in listing.isRecursive ? listing.folders() : [""] { try watch(folder) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether nothing is watched any more, because the folder is gone.
    var isOver: Bool { folders.isEmpty }

    /// How long to wait for events; nil for as long as it takes.
    var patience: Duration? { underWay.patience }

    /// Watches a folder.
    ///
    /// - Returns: false if it is watched already, under another path that leads there, or if it is gone.
    @discardableResult
    private func watch(_ below: FilePath) throws(SystemError) -> Bool {
      let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR) | UInt32(IN_DELETE_SELF)
      let path = listing.folder.appending(below)
      let number = path.withCString { inotify_add_watch(descriptor, $0, mask) }
      guard number >= 0 else {
        let error = SystemError.last
        if error.isMissing, !below.isEmpty { return false }
        throw error
      }
      // A folder that was renamed keeps its number.
      if let known = folders[number],
        let there = try? FileStatus(of: listing.folder.appending(known)).identity,
        there == (try? FileStatus(of: path).identity)
      {
        return false
      }
      folders[number] = below
      return true
    }

    /// Reads the events that have come, and gives the files that are complete.
    func take() -> [FolderListing.Found] {
      read()
      let candidates = underWay.look()
      guard !candidates.isEmpty else { return [] }
      // What a writer has closed in the meantime is told by an event that is there by now.
      read()
      return candidates.compactMap { underWay.give($0) }
    }

    private func read() {
      withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
        while true {
          let count = LibC.read(descriptor, buffer.baseAddress, buffer.count)
          if count <= 0 { break }
          var offset = 0
          while offset < count {
            let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
            let nameStart = offset + MemoryLayout<inotify_event>.size
            let name = buffer[nameStart..<nameStart + Int(event.len)].prefix { $0 != 0 }
            take(event, name: FilePath(bytes: name))
            offset = nameStart + Int(event.len)
          }
        }
      }
      if isLost { findYoungFiles() }
      (isLost, lastRead) = (false, .now)
    }

    private func take(_ event: inotify_event, name: FilePath) {
      if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isLost = true }
      guard let folder = folders[event.wd] else { return }
      if event.mask & UInt32(IN_IGNORED) != 0 {
        folders[event.wd] = nil
        // Without the folder itself there is nothing to watch.
        if folder.isEmpty { folders = [:] }
        return
      }
      guard !name.isEmpty else { return }
      let below = folder.appending(name)
      let path = listing.folder.appending(below)
      if event.mask & UInt32(IN_ISDIR) != 0 || path.isLink && path.isFolder {
        findFiles(ofNewFolder: below)
      } else if event.mask & UInt32(IN_CREATE) != 0 {
        addUnlessFolder(below)
      } else if event.mask & UInt32(IN_CLOSE_WRITE) != 0 {
        addUnlessFolder(below, .closed)
      } else if event.mask & UInt32(IN_MOVED_TO) != 0 {
        addUnlessFolder(below, .moved)
      }
    }

    /// Watches a folder that has appeared, and finds what was put there before the watch, of which no event tells.
    private func findFiles(ofNewFolder below: FilePath) {
      guard listing.searches(below) else { return }
      for folder in listing.part(below).folders().map({ below.appending($0) }) {
        guard (try? watch(folder)) == true else { continue }
        let entries = try? Folder.entries(in: listing.folder.appending(folder))
        for entry in entries ?? [] { addUnlessFolder(folder.appending(entry.name)) }
      }
    }

    /// The system lost events because there were too many: all files that have changed since the last one was read.
    private func findYoungFiles() {
      if listing.isRecursive { for folder in listing.folders() { _ = try? watch(folder) } }
      listing.walk(enter: { _ in }, fail: { _, _ in }, leaveOut: { _, _ in }) { below, _ in
        guard let status = try? FileStatus(of: listing.folder.appending(below)) else { return }
        if status.changed.seconds >= lastRead.seconds - 1 { addUnlessFolder(below) }
      }
    }

    private func addUnlessFolder(_ below: FilePath, _ arrival: FilesUnderWay.Arrival = .appeared) {
      guard let name = below.lastComponent, !name.isHidden, !listing.rule.isResult(name),
        !listing.folder.appending(below).isFolder
      else { return }
      underWay.add(below, arrival)
    }
  }
#endif
