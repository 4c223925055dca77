import Pictures
import Networks
import Tensors

/// The profiles of published models.
extension ModelProfile {
  /// A row of the table.
  private struct Row {
    /// The names of the files without extension: the published name, and the authors' name for their own file.
    let names: [String]
    let profile: ModelProfile
  }

  /// Sizes and normalizations as rembg uses them; comments say where the authors differ.
  private static let published: [Row] = [
    Row(names: ["u2net", "u2netp", "u2net_human_seg", "silueta"], profile: ModelProfile()),
    // The authors trained it with a mean and a standard deviation of 0.5, and divide samples by 255.
    Row(
      names: ["u2net_cloth_seg", "cloth_segm_u2net_latest"],
      profile: ModelProfile(
        task: .parsing, inputSize: .square(768), classes: ["background", "upper", "lower", "full"])),
    Row(names: ["u2net_portrait"], profile: ModelProfile(task: .portrait, inputSize: .square(512))),
    Row(names: ["isnet-general-use", "isnet"], profile: isNet),
    // The authors keep the aspect ratio of pictures and do not subtract a mean.
    Row(
      names: ["isnet-anime", "isnetis"],
      profile: ModelProfile(
        inputSize: .square(1024),
        normalization: Normalization(mean: Normalization.imageNet.mean, standardDeviation: [1, 1, 1]))),
  ]

  /// IS-Net as its authors use it.
  private static let isNet = ModelProfile(inputSize: .square(1024), normalization: .centered)

  /// The profile of a published model; nil if no published model has this name.
  ///
  /// - Parameter name: the name of the file without its extension.
  package init?(published name: String) {
    guard let row = Self.published.first(where: { $0.names.contains(name) }) else { return nil }
    self = row.profile
  }

  /// The profile that is assumed for an architecture: IS-Net's or U²-Net's, and the task of parsing if there is more
  /// than one channel.
  init(assumedFor table: any NetworkTable) {
    self = table is ISNetTable ? Self.isNet : ModelProfile()
    if table.outChannels > 1 { task = .parsing }
  }

  /// A name for each of `count` classes.
  package func classNames(count: Int) -> [String] {
    (0..<count).map { index in
      classes.indices.contains(index) ? classes[index] : index == 0 ? "background" : "class\(index)"
    }
  }
}

extension Size {
  fileprivate static func square(_ side: Int) -> Size { Size(height: side, width: side) }
}
