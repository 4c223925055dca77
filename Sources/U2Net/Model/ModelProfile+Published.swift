import Pictures
import Networks
import Tensors

/// The models that others publish, and how each is used.
extension ModelProfile {
  /// A row of the table.
  private struct Row {
    /// The files' names without extension: as published, and as the authors call their own file.
    let names: [String]
    let profile: ModelProfile
  }

  /// Sizes and normalizations as rembg runs these files; where the authors differ, it is said.
  private static let published: [Row] = [
    Row(names: ["u2net", "u2netp", "u2net_human_seg", "silueta"], profile: ModelProfile()),
    // Trained with mean and deviation of ½: --mean 0.5 --std 0.5 --divide-by 255 is its authors' way.
    Row(
      names: ["u2net_cloth_seg", "cloth_segm_u2net_latest"],
      profile: ModelProfile(task: .parsing, inputSize: .square(768), classes: ["background", "upper", "lower", "full"])),
    Row(names: ["u2net_portrait"], profile: ModelProfile(task: .portrait, inputSize: .square(512))),
    Row(names: ["isnet-general-use", "isnet"], profile: isNet),
    // Its authors keep the picture's aspect and do not subtract a mean.
    Row(
      names: ["isnet-anime", "isnetis"],
      profile: ModelProfile(
        inputSize: .square(1024),
        normalization: Normalization(mean: Normalization.imageNet.mean, standardDeviation: [1, 1, 1]))),
  ]

  /// IS-Net as its authors run it.
  private static let isNet = ModelProfile(inputSize: .square(1024), normalization: .centered)

  /// The profile of the published model of that name, the name of a file without its extension.
  public init?(published name: String) {
    guard let row = Self.published.first(where: { $0.names.contains(name) }) else { return nil }
    self = row.profile
  }

  /// What is assumed of a network that nothing is known of but what it computes: IS-Net's or U²-Net's way, and classes
  /// where there is more than one channel.
  init(assumedFor table: any NetworkTable) {
    self = table is ISNetTable ? Self.isNet : ModelProfile()
    if table.outChannels > 1 { task = .parsing }
  }

  /// As many names as there are classes.
  func classNames(count: Int) -> [String] {
    (0..<count).map { index in
      classes.indices.contains(index) ? classes[index] : index == 0 ? "background" : "class\(index)"
    }
  }
}

extension Size {
  fileprivate static func square(_ side: Int) -> Size { Size(height: side, width: side) }
}
