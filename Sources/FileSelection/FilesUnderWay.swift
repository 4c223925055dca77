#if os(Linux)
  internal import Files
  internal import LibC

  /// Files that have appeared in a watched folder and may still be written.
  ///
  /// A file that nobody has open for writing is complete; the system tells by granting a lease (fcntl(2)). Where it
  /// grants none, as for another user's files, a file is complete when its size and time have stayed the same for a
  /// while.
  struct FilesUnderWay {
    private struct Wait {
      let begin: ContinuousClock.Instant
      /// What was seen last, and when that was first seen.
      var seen: (size: Int, modified: FileStatus.Time, since: ContinuousClock.Instant)?
      /// When a writer closed the file; nil if none has.
      var closed: ContinuousClock.Instant?
    }

    /// The time between two looks.
    private static let interval = Duration.milliseconds(100)
    /// How long a closed file may be opened again, by programs that write it in several turns.
    private static let reopening = Duration.milliseconds(200)
    /// How long size and time must stay the same where the system does not tell whether a file is being written.
    private static let settling = Duration.seconds(3)
    /// The same where the last change was a write, and not a link, which changes the second of the file's two times.
    private static let settlingAfterWrite = Duration.seconds(10)
    /// How long an empty file, or a link to nothing, may become a file with contents.
    private static let filling = Duration.seconds(5)

    private let listing: FolderListing
    private var waits: [FilePath: Wait] = [:]
    private let clock = ContinuousClock()

    init(_ listing: FolderListing) {
      self.listing = listing
      // A lease that another process breaks is told by this signal, which would end the process. Ours last a moment.
      signal(SIGIO, SIG_IGN)
    }

    /// How long to wait before the next look; nil if there is none to take.
    var patience: Duration? { waits.isEmpty ? nil : Self.interval }

    /// How a file has come.
    enum Arrival {
      /// It was made or linked, or was there when its folder was found.
      case appeared
      /// A writer has closed it.
      case closed
      /// It was moved, as programs do that write under another name first.
      case moved
    }

    /// Adds a file, by its path below the folder.
    mutating func add(_ below: FilePath, _ arrival: Arrival) {
      let now = clock.now
      let closed =
        switch arrival {
        case .appeared: waits[below]?.closed
        case .closed: now
        case .moved: now.advanced(by: .zero - Self.reopening)
        }
      waits[below] = Wait(begin: waits[below]?.begin ?? now, closed: closed)
    }

    /// Looks at every file; returns those that are complete.
    mutating func look() -> [FilePath] { waits.keys.sorted().filter { isComplete($0) } }

    /// Gives a file if it is still complete.
    mutating func give(_ below: FilePath) -> FolderListing.Found? {
      guard isComplete(below) else { return nil }
      waits[below] = nil
      return listing.found(below, listing.folder.appending(below).kind())
    }

    private mutating func isComplete(_ below: FilePath) -> Bool {
      guard var wait = waits[below] else { return false }
      let path = listing.folder.appending(below)
      guard let status = try? FileStatus(of: path) else {
        if !path.isLink { waits[below] = nil }
        return path.isLink && wait.begin.duration(to: clock.now) >= Self.filling
      }
      guard status.kind == .regular else { return true }
      if let closed = wait.closed, closed.duration(to: clock.now) < Self.reopening { return false }
      if status.byteCount == 0 { return wait.begin.duration(to: clock.now) >= Self.filling }
      switch Self.isBeingWritten(path) {
      case true?: return false
      case false?: return true
      case nil:
        if wait.closed != nil { return true }
        guard let seen = wait.seen, seen.size == status.byteCount, seen.modified == status.modified else {
          wait.seen = (status.byteCount, status.modified, clock.now)
          waits[below] = wait
          return false
        }
        let isWritten = status.changed == status.modified
        return seen.since.duration(to: clock.now) >= (isWritten ? Self.settlingAfterWrite : Self.settling)
      }
    }

    /// Whether anybody has a file open for writing; nil if the system does not tell.
    private static func isBeingWritten(_ path: FilePath) -> Bool? {
      guard let file = try? FileDescriptor.reading(path, waits: false) else { return nil }
      return file.closeAfter {
        // F_SETLEASE of Linux, which not every C library shows to Swift.
        let setLease: Int32 = 1024
        if fcntl(file.rawValue, setLease, F_RDLCK) == 0 {
          _ = fcntl(file.rawValue, setLease, F_UNLCK)
          return false
        }
        return errno == EAGAIN ? true : nil
      }
    }
  }
#endif
