import Files
import Models

/// Which picture each result belongs to, so that none overwrites another or a picture.
struct ResultClaims: Sendable {
  /// What a claim of results comes to.
  enum Outcome: Hashable {
    case granted
    /// The same picture has the same results already.
    case repeated
    /// Another picture has one of them.
    case taken(FilePath, by: FilePath)
    /// One of them is a picture itself.
    case picture(FilePath)
  }

  /// The paths of all pictures, resolved.
  let pictures: Set<FilePath>
  /// The picture of each result: resolved, and as it was named.
  private var owners: [FilePath: (picture: FilePath, name: FilePath)] = [:]
  // One for each, because a resolver remembers one folder.
  private var pictureResolver = PathResolver()
  private var resultResolver = PathResolver()

  /// - Parameter pictures: the paths of all pictures, resolved.
  init(pictures: Set<FilePath> = []) { self.pictures = pictures }

  /// Claims results for a picture: all or none.
  mutating func claim(_ results: [FilePath], for picture: FilePath) -> Outcome {
    let own = pictureResolver.resolved(picture)
    let targets = results.map { ($0, resultResolver.resolved($0)) }
    for (path, target) in targets {
      if let owner = owners[target] {
        return owner.picture == own ? .repeated : .taken(path, by: owner.name)
      }
      if pictures.contains(target) { return .picture(path) }
    }
    for (_, target) in targets { owners[target] = (own, picture) }
    return .granted
  }
}

/// Resolves many paths of the same folders.
struct PathResolver: Sendable {
  private var last: (folder: FilePath, real: FilePath?)?

  /// The same as `path.resolved`, faster for the next path of the same folder.
  mutating func resolved(_ path: FilePath) -> FilePath {
    guard let name = path.lastComponent, name != ".", name != "..", !path.endsWithSlash else { return path.resolved }
    let parent = path.parent
    if last?.folder != parent { last = (parent, parent.real) }
    guard let real = last?.real, !path.isLink else { return path.resolved }
    return real.appending(name)
  }
}
