/// Brings the rest of a part file from a server, however many transfers it takes.
struct ResumableDownload {
  let download: VerifiedDownload
  let address: WebAddress
  let part: PartFile
  let report: (DownloadEvent) -> Void

  /// - Throws: where the whole file did not come, or another.
  func run() throws(DownloadError) {
    let resumed = part.byteCount
    do throws(DownloadError) {
      try complete()
      try download.check(part, from: "\(address)")
    } catch {
      // What was there before may have been of another file; what came now was not.
      guard resumed > 0, case .checksum = error else { throw error }
      report(.startingOver)
      try part.startOver()
      try complete()
      try download.check(part, from: "\(address)")
    }
  }

  /// Until the file has its size.
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
    let reception = ResponseReceiver(from: address, into: part, expected: download.byteCount) { report(.progress($0)) }
    do throws(DownloadError) {
      try transfer.run(into: reception)
    } catch {
      guard reception.hasNoSuchPart, transfer.start > 0 else { throw error }
      try part.startOver()
      try self.transfer()
    }
  }
}
