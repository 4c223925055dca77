/// Downloads the rest of a part file, in as many transfers as it takes.
struct ResumableDownload {
  let download: VerifiedDownload
  let address: WebAddress
  let part: PartFile
  let report: (DownloadEvent) -> Void

  /// - Throws: `DownloadError` if the file did not arrive completely, or is not the published one.
  func run() throws(DownloadError) {
    let resumed = part.byteCount
    do throws(DownloadError) {
      try complete()
      try download.check(part, from: "\(address)")
    } catch {
      // The bytes that were there before may belong to another file.
      guard resumed > 0, case .checksum = error else { throw error }
      report(.startingOver)
      try part.startOver()
      try complete()
      try download.check(part, from: "\(address)")
    }
  }

  /// Runs transfers until the part has the size of the file.
  private func complete() throws(DownloadError) {
    var resumptions = 0
    while part.byteCount == 0 || part.byteCount != download.byteCount {
      let before = part.byteCount
      do throws(DownloadError) {
        return try transfer()
      } catch {
        guard case .transfer(_, let reason) = error, part.byteCount > before, resumptions < download.limits.resumptions
        else { throw error }
        resumptions += 1
        report(.resuming(reason: reason))
      }
    }
  }

  private func transfer() throws(DownloadError) {
    var transfer = HTTPTransfer(address: address, start: part.byteCount, limits: download.limits)
    transfer.validator = part.byteCount > 0 ? part.validator : nil
    let receiver = ResponseReceiver(from: address, into: part, expected: download.byteCount) { report(.progress($0)) }
    do throws(DownloadError) {
      try transfer.run(into: receiver)
    } catch {
      guard receiver.hasNoSuchPart, transfer.start > 0 else { throw error }
      try part.startOver()
      try self.transfer()
    }
  }
}
