internal import LibC

/// A file that is mapped into memory to be read, and unmapped with this object.
///
/// Trap: if another program cuts the file short, reading the missing bytes ends this process with SIGBUS. A file that
/// is replaced by renaming stays whole.
package final class FileMapping: @unchecked Sendable {
  // Unchecked Sendable because of the pointer: what it points at is never written and lives until `deinit`.

  /// Every byte; empty for an empty file, which cannot be mapped.
  package let bytes: UnsafeRawBufferPointer

  /// Why a file was not mapped.
  package enum Problem: Error, Hashable {
    case system(SystemError)
    /// A device, a pipe or a socket.
    case notRegular
  }

  /// Maps a regular file.
  package init(_ path: FilePath) throws(Problem) {
    do throws(SystemError) {
      let file = try FileDescriptor.reading(path)
      defer { try? file.close() }
      let status = try file.status()
      switch status.kind {
      case .regular: bytes = try Self.map(file, status.byteCount)
      case .folder: throw SystemError.folder
      default: throw SystemError(code: ENODEV)
      }
    } catch {
      throw error.code == ENODEV ? .notRegular : .system(error)
    }
  }

  deinit {
    guard let base = bytes.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: base), bytes.count)
  }

  private static func map(_ file: FileDescriptor, _ count: Int) throws(SystemError) -> UnsafeRawBufferPointer {
    guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.rawValue, 0), base != MAP_FAILED else {
      throw .last
    }
    return UnsafeRawBufferPointer(start: base, count: count)
  }

  /// Gives the memory of a range back to the system. Its bytes can still be read; they then come from the file again.
  package func release(_ range: Range<Int>) {
    guard let base = bytes.baseAddress else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let start = range.lowerBound / page * page
    madvise(UnsafeMutableRawPointer(mutating: base + start), min(range.upperBound, bytes.count) - start, MADV_DONTNEED)
  }
}
