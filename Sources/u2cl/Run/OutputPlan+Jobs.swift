import FileSelection
import Files
import Models
import U2Net

// From pictures to jobs, so that no result overwrites anything but itself.
extension OutputPlan {
  /// The jobs of the pictures. A picture whose result would overwrite something has a job that says so; the others are
  /// done.
  ///
  /// - Parameters:
  ///   - selection: the pictures; one that has been given before is moved to what was left out.
  ///   - belongs: whether a picture is for this process; the others still have their names.
  /// - Throws: `Failure` if there is no place for the results.
  func jobs(
    for selection: inout PictureSelection, where belongs: (SelectedFile) -> Bool
  ) throws(Failure) -> [PictureJob] {
    var resolver = PathResolver()
    var pictures = Set(selection.pictures.map { resolver.resolved($0.path) })
    if let backdrop { pictures.insert(backdrop.resolved) }
    var claims = ResultClaims(pictures: pictures)
    var jobs: [PictureJob] = []
    jobs.reserveCapacity(selection.items.count)
    let isAlone = selection.items.count == 1
    for item in selection.items {
      switch item {
      case .refused(let name, let failure): jobs.append(try job(for: SelectedFile(name), among: [], failure))
      case .picture(let file):
        let job = try job(for: file, &claims, left: &selection.leftOut, isAlone: isAlone, where: belongs)
        if let job { jobs.append(job) }
      }
    }
    return jobs
  }

  private func job(
    for file: SelectedFile, _ claims: inout ResultClaims, left: inout LeftOutFiles, isAlone: Bool,
    where belongs: (SelectedFile) -> Bool
  ) throws(Failure) -> PictureJob? {
    var job = try job(for: file, among: claims.pictures)
    let outcome = claims.claim(results(of: job), for: file.path)
    guard belongs(file) else { return nil }
    if case .picture = outcome, isAlone, let refusal = refusal(outcome, of: file) {
      throw Failure(.usage, refusal.description)
    }
    guard outcome != .repeated else {
      left.add(LeftOutFile(file, .duplicate))
      return nil
    }
    job.refusal = refusal(outcome, of: file)
    return job
  }

  /// The job of a picture that has appeared in a folder.
  ///
  /// - Parameter claims: those of all pictures so far. A picture may appear again, and is done again.
  func job(for file: SelectedFile, _ claims: inout ResultClaims) throws(Failure) -> PictureJob {
    var job = try job(for: file, among: [])
    job.refusal = refusal(claims.claim(results(of: job), for: file.path), of: file)
    return job
  }

  private func job(
    for file: SelectedFile, among pictures: Set<FilePath>, _ refusal: Failure? = nil
  ) throws(Failure) -> PictureJob {
    var job = PictureJob(
      input: InputPicture(file.path), target: refusal == nil ? try target(of: file) : nil, composition: composition,
      encoding: encoding, masks: masks, sideMaps: sideMaps, naming: naming, pictures: pictures,
      makesFolder: folder != nil)
    job.refusal = refusal
    return job
  }

  /// The paths of a picture's results. The model decides the names of its maps; pictures of the same name would share
  /// all of them, so that the first stands for all.
  private func results(of job: PictureJob) -> [FilePath] {
    let map = sideMaps.map { $0.appending(naming.name(for: job.input.path, map: "d0")) }
    return [job.target, map].compactMap { $0 }
  }

  private func refusal(_ outcome: ResultClaims.Outcome, of file: SelectedFile) -> Failure? {
    let name = InputPicture(file.path).name
    switch outcome {
    case .granted, .repeated: return nil
    case .picture(let path):
      return Failure(
        .file, "'\(name)': its result \(path) is one of the pictures and would be overwritten; name another with -o")
    case .taken(let path, let other):
      let isSame = other.lastComponent == file.path.lastComponent
      return Failure(
        .file,
        """
        '\(name)': its result \(path) is that of \(other) already; tell them apart with \
        --name '\(isSame ? "{folder}-" : ""){name}.{kind}'
        """)
    }
  }

  /// The path of the result; nil for standard output.
  private func target(of file: SelectedFile) throws(Failure) -> FilePath? {
    let name = naming.name(for: file.path, kind: composition.kind.rawValue, format: encoding.format)
    switch destination {
    case .standardOutput: return nil
    case .file(let path): return path
    case .folder(let folder):
      let below = file.relativePath?.parent ?? "."
      return folder.appending(below == "." ? "" : below).appending(name)
    case .beside:
      guard file.path != "-" else {
        throw Failure(.usage, "say where the result of standard input goes: -o FILE, or -o -")
      }
      guard let slash = file.path.bytes.lastIndex(of: UInt8(ascii: "/")) else { return name }
      return FilePath(bytes: file.path.bytes[...slash] + name.bytes)
    }
  }
}

// Results that lie among the pictures.
extension OutputPlan {
  /// Whether a file of that name in a folder is a result of an earlier run.
  ///
  /// - Parameter folders: the folders that are searched; results that go elsewhere do not matter.
  func isResult(in folders: [FilePath]) -> @Sendable (FilePath) -> Bool {
    guard writesBeside || folders.contains(where: { writes(into: $0) }) else { return { ResultName.isUsual($0) } }
    let (naming, kind, format) = (naming, composition.kind.rawValue, encoding.format)
    return { ResultName.isUsual($0) || naming.fits($0, kind: kind, format: format) }
  }

  /// Refuses to write results into a watched folder that cannot be told from pictures.
  func checkWatch(of watched: FilePath) throws(Failure) {
    if writes(into: watched), !naming.isTelling(kind: composition.kind.rawValue) {
      throw Failure(
        .usage, "--watch could not tell such results from pictures; name a folder with -o, or add text to --name")
    }
    if let sideMaps, sideMaps.resolved == watched.resolved {
      throw Failure(.usage, "--watch would take the side maps for pictures; name another folder with --side-maps")
    }
  }

  /// The folders that are not searched for pictures: those that results go to, by their resolved paths.
  var closedFolders: Set<FilePath> { Set([folder, sideMaps].compactMap { $0?.resolved }) }

  /// Whether results are written beside the pictures.
  var writesBeside: Bool { if case .beside = destination { true } else { false } }

  /// Whether results of the pictures in a folder are written into that folder.
  private func writes(into folder: FilePath) -> Bool {
    switch destination {
    case .beside: true
    case .folder(let target): target.resolved == folder.resolved
    case .file, .standardOutput: false
    }
  }
}
