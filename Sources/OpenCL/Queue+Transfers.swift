import COpenCL

// Transfers that do not wait, and the order between queues.
extension Queue {
  /// Starts to copy the first `count` bytes of pinned memory to a buffer, `offset` bytes in. Do not change the memory
  /// before a later `marker()` has completed.
  public func beginWrite(_ memory: PinnedMemory, count: Int, to buffer: Buffer, offset: Int = 0) throws(CLError) {
    guard count > 0 else { return }
    try check(
      clEnqueueWriteBuffer(handle, buffer.handle, cl_bool(0), offset, count, memory.bytes.baseAddress, 0, nil, nil),
      "clEnqueueWriteBuffer", "\(count) bytes at \(offset) of \(buffer.byteCount)")
  }

  /// Starts to copy `count` bytes of a buffer, from `offset` on, to pinned memory. The bytes are there when a later
  /// `marker()` has completed.
  ///
  /// - Parameter position: the offset in the pinned memory, in bytes.
  public func beginRead(
    _ buffer: Buffer, offset: Int = 0, count: Int, into memory: PinnedMemory, at position: Int = 0
  ) throws(CLError) {
    guard count > 0 else { return }
    precondition(position >= 0 && position + count <= memory.bytes.count, "\(count) bytes at \(position)")
    let target = memory.bytes.baseAddress?.advanced(by: position)
    try check(
      clEnqueueReadBuffer(handle, buffer.handle, cl_bool(0), offset, count, target, 0, nil, nil),
      "clEnqueueReadBuffer", "\(count) bytes at \(offset) of \(buffer.byteCount)")
  }

  /// Enqueues a copy of `count` bytes from one buffer to another. Offsets are in bytes.
  public func copy(
    _ source: Buffer, offset: Int, to target: Buffer, targetOffset: Int, count: Int
  ) throws(CLError) {
    guard count > 0 else { return }
    try check(
      clEnqueueCopyBuffer(handle, source.handle, target.handle, offset, targetOffset, count, 0, nil, nil),
      "clEnqueueCopyBuffer", "\(count) bytes from \(offset) to \(targetOffset)")
  }

  /// Lets the host write the first `count` bytes of a buffer in place, on devices that share the host's memory.
  public func write(
    to buffer: Buffer, count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(CLError) {
    guard count > 0 else { return }
    let base = try map(buffer, byteCount: count, flags: CL_MAP_WRITE)
    body(UnsafeMutableRawBufferPointer(start: base, count: count))
    try unmap(buffer, base)
  }

  /// An event that completes when everything enqueued so far has finished. Also makes the device start it.
  public func marker() throws(CLError) -> Event {
    var event: OpaquePointer?
    try check(clEnqueueMarkerWithWaitList(handle, 0, nil, &event), "clEnqueueMarkerWithWaitList")
    guard let event else {
      throw CLError(status: .success, call: "clEnqueueMarkerWithWaitList", subject: "no event was returned")
    }
    let marker = Event(handle: event)
    try flush()
    return marker
  }

  /// Makes everything enqueued from now on wait for an event of another queue.
  public func wait(for event: borrowing Event) throws(CLError) {
    var handle: OpaquePointer? = event.handle
    try check(clEnqueueBarrierWithWaitList(self.handle, 1, &handle, nil), "clEnqueueBarrierWithWaitList")
  }

  /// Lets the host write a whole buffer in place; its previous contents are lost. Devices that share the host's memory
  /// copy nothing.
  public func withContents<Result>(
    of buffer: Buffer, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) throws -> Result {
    let base = try map(buffer, byteCount: buffer.byteCount, flags: CL_MAP_WRITE_INVALIDATE_REGION)
    let result = Swift.Result { try body(UnsafeMutableRawBufferPointer(start: base, count: buffer.byteCount)) }
    try unmap(buffer, base)
    return try result.get()
  }

  /// Maps the first bytes of a buffer, and waits until the host may use them.
  func map(_ buffer: Buffer, byteCount: Int, flags: Int32) throws(CLError) -> UnsafeMutableRawPointer {
    var code: Int32 = 0
    let base = clEnqueueMapBuffer(
      handle, buffer.handle, cl_bool(1), cl_map_flags(flags), 0, max(1, byteCount), 0, nil, nil, &code)
    try check(code, "clEnqueueMapBuffer", "\(byteCount) bytes of \(buffer.byteCount)")
    guard let base else {
      throw CLError(status: CLStatus(rawValue: code), call: "clEnqueueMapBuffer", subject: "no address was returned")
    }
    return base
  }

  func unmap(_ buffer: Buffer, _ base: UnsafeMutableRawPointer) throws(CLError) {
    try check(clEnqueueUnmapMemObject(handle, buffer.handle, base, 0, nil, nil), "clEnqueueUnmapMemObject")
  }
}
