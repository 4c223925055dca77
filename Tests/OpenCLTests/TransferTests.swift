import OpenCL
import Testing

/// Transfers that do not wait, and markers that complete when they are done.
@Suite struct TransferTests {
  private let byteCount = 1 << 16

  private func pattern(_ seed: UInt8) -> [UInt8] { (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31) ^ seed } }

  private func contents(of buffer: Buffer, on queue: Queue) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: buffer.byteCount)
    try bytes.withUnsafeMutableBytes { try queue.read(buffer, into: $0) }
    return bytes
  }

  @Test func pinnedMemoryIsWhatWasAskedForAndMayBeMadeAgain() throws {
    for context in contexts {
      let queue = try Queue(context: context)
      for count in [1, 3, 4096, byteCount] {
        let memory = try PinnedMemory(queue: queue, byteCount: count)
        #expect(memory.bytes.count == count)
        memory.bytes.copyBytes(from: pattern(1).prefix(count))
        #expect(memory.bytes.elementsEqual(pattern(1).prefix(count)), "\(context.device.name)")
      }
    }
  }

  @Test func aWriteThatDoesNotWaitIsDoneWhenItsMarkerIs() throws {
    for context in contexts {
      let queue = try Queue(context: context)
      let buffer = try Buffer(context: context, byteCount: byteCount)
      try queue.fill(buffer, with: 0)
      let memory = try PinnedMemory(queue: queue, byteCount: byteCount)
      memory.bytes.copyBytes(from: pattern(2))
      // Bytes 0 ..< 1000 to 64 ..< 1064.
      try queue.beginWrite(memory, count: 1000, to: buffer, offset: 64)
      try queue.marker().wait()
      memory.bytes.copyBytes(from: pattern(3))
      let expected = [UInt8](repeating: 0, count: 64) + pattern(2).prefix(1000)
      let found = try contents(of: buffer, on: queue)
      #expect(found.starts(with: expected), "\(context.device.name)")
      #expect(found.dropFirst(1064).allSatisfy { $0 == 0 }, "\(context.device.name)")
    }
  }

  @Test func aReadThatDoesNotWaitIsDoneWhenItsMarkerIs() throws {
    for context in contexts {
      let queue = try Queue(context: context)
      let buffer = try Buffer(context: context, byteCount: byteCount)
      try pattern(4).withUnsafeBytes { try queue.write($0, to: buffer) }
      let memory = try PinnedMemory(queue: queue, byteCount: 2000)
      memory.bytes.copyBytes(from: [UInt8](repeating: 7, count: 2000))
      // Bytes 128 ..< 628 to 1500 ..< 2000, the end of the memory.
      try queue.beginRead(buffer, offset: 128, count: 500, into: memory, at: 1500)
      try queue.marker().wait()
      #expect(memory.bytes[1500...].elementsEqual(pattern(4)[128..<628]), "\(context.device.name)")
      #expect(memory.bytes[..<1500].allSatisfy { $0 == 7 }, "\(context.device.name)")
    }
  }

  @Test func nothingIsTransferredForNoBytes() throws {
    for context in contexts {
      let queue = try Queue(context: context)
      let buffer = try Buffer(context: context, byteCount: 4)
      let memory = try PinnedMemory(queue: queue, byteCount: 4)
      try queue.beginWrite(memory, count: 0, to: buffer, offset: 1 << 20)
      try queue.beginRead(buffer, offset: 1 << 20, count: 0, into: memory)
      try queue.marker().wait()
    }
  }

  @Test func aTransferBeyondTheBufferIsRefused() throws {
    for context in contexts {
      let queue = try Queue(context: context)
      let buffer = try Buffer(context: context, byteCount: 100)
      let memory = try PinnedMemory(queue: queue, byteCount: 100)
      for offset in [1, 101] {
        let write = #expect(throws: CLError.self) {
          try queue.beginWrite(memory, count: 100, to: buffer, offset: offset)
        }
        let read = #expect(throws: CLError.self) {
          try queue.beginRead(buffer, offset: offset, count: 100, into: memory)
        }
        #expect(write?.call == "clEnqueueWriteBuffer" && write?.subject == "100 bytes at \(offset) of 100")
        #expect(read?.call == "clEnqueueReadBuffer" && read?.subject == "100 bytes at \(offset) of 100")
      }
    }
  }

  /// A marker completes when everything before it has finished, and another queue can wait for it.
  @Test func queuesWaitForEachOthersMarkers() throws {
    for context in contexts {
      let (first, second) = (try Queue(context: context), try Queue(context: context))
      let buffers = try (0..<3).map { _ in try Buffer(context: context, byteCount: byteCount) }
      let (source, target) = (
        try PinnedMemory(queue: first, byteCount: byteCount), try PinnedMemory(queue: second, byteCount: byteCount)
      )
      for round in 0..<20 {
        let bytes = pattern(UInt8(round))
        source.bytes.copyBytes(from: bytes)
        try first.beginWrite(source, count: byteCount, to: buffers[0])
        try first.copy(buffers[0], offset: 0, to: buffers[1], targetOffset: 0, count: byteCount)
        let copied = try first.marker()
        try second.wait(for: copied)
        try second.copy(buffers[1], offset: 0, to: buffers[2], targetOffset: 0, count: byteCount)
        try second.beginRead(buffers[2], count: byteCount, into: target)
        try second.marker().wait()
        #expect(target.bytes.elementsEqual(bytes), "\(context.device.name), round \(round)")
      }
    }
  }

  @Test func theHostWritesBuffersInPlace() throws {
    for context in contexts {
      let queue = try Queue(context: context)
      let buffer = try Buffer(context: context, byteCount: byteCount, hostVisible: true)
      try queue.withContents(of: buffer) { $0.copyBytes(from: pattern(5)) }
      #expect(try contents(of: buffer, on: queue) == pattern(5), "\(context.device.name)")
      try queue.write(to: buffer, count: 100) { $0.copyBytes(from: pattern(6).prefix(100)) }
      let expected = pattern(6).prefix(100) + pattern(5).dropFirst(100)
      #expect(try contents(of: buffer, on: queue).elementsEqual(expected), "\(context.device.name)")
    }
  }
}
