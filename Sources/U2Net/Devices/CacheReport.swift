package import Caches
import OpenCL

/// What is kept between processes and where, as `u2cl cache info --json` lists it.
package struct CacheReport: Sendable, Hashable, Codable {
  /// A folder of another program, and its contents.
  package struct Folder: Sendable, Hashable, Codable {
    /// The path of the folder.
    package let path: String
    /// The contents of the folder.
    package let contents: CacheTally
  }

  /// The version of this report's format.
  package var schema = 1
  /// The folder of the cache; nil if there is no cache.
  package let path: String?
  /// Why there is no cache; nil if there is one.
  package let reason: String?
  /// The entries of the cache by kind.
  package let contents: CacheContents
  /// PoCL's own cache, for information.
  package let pocl: Folder

  /// Describes the present state.
  package init(_ cache: Cache = Cache(), pocl: PoCLCache = PoCLCache()) {
    switch cache.location {
    case .folder(let folder): (path, reason) = (folder, nil)
    case .off: (path, reason) = (nil, "\(CacheLocation.variable) says so")
    case .nowhere: (path, reason) = (nil, "neither HOME nor XDG_CACHE_HOME names a folder for one")
    }
    contents = cache.contents()
    self.pocl = Folder(path: pocl.path, contents: pocl.contents)
  }
}

extension PoCLCache {
  /// The name of the OpenCL platform that uses this cache.
  package static var platform: String { Platform.poclName }
}
