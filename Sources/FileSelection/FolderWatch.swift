internal import Files

/// Watches a folder: gives the files that are in it, then each file that appears there, once it is complete.
///
/// Where the system tells of changes (inotify(7)), it is listened to. Elsewhere, and on network shares, where others'
/// changes come without notice, the folder is looked at again and again. Not Sendable: one thread watches.
package final class FolderWatch {
  private enum Source {
    #if os(Linux)
      case events(FolderEvents)
    #endif
    case polling(FolderPolling)
  }

  /// The time between two looks at a folder whose changes come without notice.
  package static let usualInterval = Duration.seconds(2)

  /// Why the folder is looked at again and again; nil if it is not, or if the caller asked for it.
  package private(set) var reasonToPoll: String?
  /// What was not taken.
  package private(set) var leftOut = LeftOutFiles(keepsFiles: false)
  private let listing: FolderListing
  private let source: Source
  private var found: [SelectedFile] = []

  /// Starts to watch; the files that are there already come first.
  ///
  /// - Parameter interval: the time between two looks at the folder; nil to listen to the system where that works.
  package init(_ listing: FolderListing, lookingEvery interval: Duration? = nil) throws(SelectionError) {
    self.listing = listing
    do throws(SystemError) { _ = try Folder.entries(in: listing.folder) } catch {
      throw SelectionError(unreadableFolder: listing.folder, error)
    }
    if let interval {
      source = .polling(FolderPolling(listing, every: interval))
      return
    }
    if let share = NetworkShare.type(of: listing.folder) {
      reasonToPoll = "changes on \(share) come without notice"
    }
    #if os(Linux)
      if reasonToPoll == nil {
        do throws(SystemError) {
          source = .events(try FolderEvents(listing))
          listing.find { take($0) }
          found.reverse()
          return
        } catch {
          reasonToPoll = "the system gives no notice of changes here (\(error.reason))"
        }
      }
    #else
      reasonToPoll = "the system gives no notice of changes"
    #endif
    source = .polling(FolderPolling(listing, every: Self.usualInterval))
  }

  /// The next file; nil if `waits` returns false or the folder is gone.
  ///
  /// - Parameter waits: waits until the descriptor, if there is one, can be read, or until the time is over, if there
  ///   is a limit; returns false to end the watch.
  package func next(waits: (_ descriptor: Int32?, _ atMost: Duration?) -> Bool) -> SelectedFile? {
    while true {
      if let file = found.popLast() { return file }
      switch source {
      #if os(Linux)
        case .events(let events):
          guard !events.isOver, waits(events.descriptor, events.patience) else { return nil }
          for file in events.take() { take(file) }
      #endif
      case .polling(let polling):
        guard !polling.isOver, waits(nil, polling.patience) else { return nil }
        for file in polling.look() { take(file) }
      }
      found.reverse()
    }
  }

  private func take(_ found: FolderListing.Found) {
    switch found {
    case .file(let file): self.found.append(file)
    case .leftOut(let file): leftOut.add(file)
    // A folder that could not be read now may be read later.
    case .unreadable: break
    }
  }
}
