import U2Net

/// Removes the background of a picture, and shows what else the library does. The tests compile this file against the
/// public API.
func removeBackground(of path: String) throws {
  let detector = try SaliencyDetector()  // the built-in model on the best device
  print(detector.device, detector.fallback ?? "")  // the device, and why it is not the requested one

  let picture = try Picture(contentsOf: path)
  let detection = try detector.detect(picture)  // seven maps, d0 first
  try detection.mask().writePNG(toFileAt: "mask.png")

  var cutout = Composition(.cutout)  // or .composite, .blur, .overlay, .heatmap, .contour
  cutout.edges = .matted
  let rendering = try cutout.rendering(of: picture, detection)
  try OutputFile.save(rendering.encoded(EncodingOptions(.png), name: "cutout.png"), toFileAt: "cutout.png")
}

/// The masks of many pictures, computed in batches. While a batch is computed, the next one is on its way.
func masks(of batches: [[Picture]]) throws -> [Mask] {
  let detector = try SaliencyDetector(device: .kind(.gpu), batch: 16, maps: .saliency)
  var inFlight: [Pending<[Mask]>] = []
  var masks: [Mask] = []
  for batch in batches {
    inFlight.append(try detector.submit(batch, for: .masks))
    if inFlight.count == 2 { masks += try inFlight.removeFirst().results() }
  }
  return try inFlight.reduce(into: masks) { $0 += try $1.results() }
}

/// A matte with edges that follow the picture, a new background, and a model from the store.
func replaceBackground(of picture: Picture, with backdrop: Picture) throws -> Picture? {
  let store = ModelStore()
  try store.pull("u2netp")  // downloads, verifies and installs the model unless it is installed
  let detector = try SaliencyDetector(model: Model("u2netp"), strict: true)
  let matte = try detector.detect(picture).matte(of: picture, edges: .refined)

  var composite = Composition(.composite)
  composite.backdrop = .picture(backdrop)
  composite.feather = 1
  guard case .picture(let result) = composite.rendering(of: picture, matte: matte).content else { return nil }
  return result
}

/// What goes wrong is a `Failure`: one line for people, a kind for programs, and perhaps a remedy.
func explain(_ body: () throws -> Void) {
  do { try body() } catch let failure as Failure where failure.kind == .model {
    print("the model cannot be used: \(failure)")
    if case .installModel(let name, _) = failure.remedy { print("install \(name) first") }
  } catch {
    print(error)
  }
}
