import ArgumentParser
import Datasets
import Files
import Models
import U2Net

/// The data of `u2cl eval`: pictures or maps, and their ground truth.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder of a data set: images and masks, Imgs, Image and GT, DUTS-TE-Image and DUTS-TE-Mask, …",
      valueName: "folder"))
  var dataset: FilePath?

  @Option(help: ArgumentHelp("Folder of the pictures, for other layouts.", valueName: "folder"))
  var images: FilePath?

  @Option(help: ArgumentHelp("Folder of the ground truth, for other layouts.", valueName: "folder"))
  var masks: FilePath?

  @Option(help: ArgumentHelp("Folder of maps to score as they are. May be repeated.", valueName: "folder"))
  var maps: [FilePath] = []

  @Option(help: ArgumentHelp("Name of the data set, such as ECSSD. Taken from the path by default.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("Score only the first n pairs.", valueName: "n"))
  var limit: Int?

  @Flag(help: "Score the rest if files are missing, unreadable or of the wrong size.")
  var allowMissing = false

  @Flag(help: "Resize maps of another size to the size of their masks, as OpenCV's bilinear resize does.")
  var resizeMaps = false

  @Option(
    help: ArgumentHelp(
      "Least value of a foreground pixel in the masks, 1 to 255: 1 for masks of 0 and 1. 129 by default.",
      valueName: "value"))
  var maskThreshold: UInt8?

  func validate() throws {
    if maskThreshold == 0 { throw ValidationError("--mask-threshold goes from 1 to 255") }
    if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
    if dataset != nil && (images != nil || masks != nil) {
      throw ValidationError("Give --dataset, or --images and --masks")
    }
    if dataset == nil && masks == nil { throw ValidationError("Give --dataset, or --masks with --images or --maps") }
  }

  /// Pictures and masks; nil if there are only maps and masks.
  ///
  /// - Throws: `Failure` if the folders cannot be read or do not match.
  func groundTruth() throws(Failure) -> Dataset? {
    try Self.reading { () throws(DatasetError) in
      if let dataset { return try Dataset(folder: dataset, name: name) }
      guard let images, let masks else { return nil }
      return try Dataset(inputs: images, masks: masks, name: name)
    }
  }

  /// The maps of a folder and their masks.
  ///
  /// - Parameter truth: the data set with the masks; nil for the folder of `--masks`.
  /// - Throws: `Failure` if the folders cannot be read or do not match.
  func pairs(of folder: FilePath, with truth: Dataset?) throws(Failure) -> Dataset {
    try Self.reading { () throws(DatasetError) in
      if let truth { return try Dataset(maps: folder, maskedAs: truth, isPartial: limit != nil) }
      return try Dataset(inputs: folder, masks: masks ?? "", name: name)
    }
  }

  /// The first pairs of a data set, if there is a limit.
  func limited(_ dataset: Dataset) -> Dataset {
    var dataset = dataset
    if let limit { dataset.limit(to: limit) }
    return dataset
  }

  private static func reading<Result>(_ body: () throws(DatasetError) -> Result) throws(Failure) -> Result {
    do { return try body() } catch {
      guard case .unknownLayout = error else { throw Failure(.file, "\(error)") }
      throw Failure(.file, "\(error); use --images and --masks")
    }
  }
}
