import OpenCL

/// What is kept between processes, and where.
public struct CacheReport: Sendable, Hashable, Codable {
  /// A folder of another's and what is in it.
  public struct Folder: Sendable, Hashable, Codable {
    /// The folder.
    public let path: String
    /// What is in it.
    public let contents: CacheTally
  }

  /// The version of this form.
  public var schema = 1
  /// The folder; nil where there is no cache.
  public let path: String?
  /// Why there is none; nil where there is one.
  public let reason: String?
  /// Compiled programs, tunings, and what is being written.
  public let contents: CacheContents
  /// What PoCL keeps for itself, for information.
  public let pocl: Folder

  /// What there is now.
  public init(_ cache: Cache = Cache(), pocl: PoCLCache = PoCLCache()) {
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
  /// The platform of the devices that it serves.
  public static var platform: String { Platform.poclName }
}
