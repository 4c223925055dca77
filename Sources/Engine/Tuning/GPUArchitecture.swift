package import OpenCL
import Tensors

/// What compilers make of the kernels on a family of GPUs: a row for each, from what vendors' own compilers say of
/// registers, spills and local memory without a card (`scripts/vendor-report`,
/// Benchmarks/Results/vendor-compilers.md). A tuner on a card may still choose otherwise among what a row allows.
package enum GPUArchitecture: String, Hashable, Sendable, CaseIterable {
  /// Anything that is not known: what takes the fewest registers.
  case unknown
  /// Intel's GPUs before Xe, from Broadwell to Ice Lake.
  case intelGen9
  /// Tiger Lake to Alder Lake, DG1, and Intel's GPUs by drivers that do not tell more.
  case intelXeLP
  /// Arc and what follows it: Meteor Lake, Xe2.
  case intelXeHPG
  /// Data Center GPU Max.
  case intelXeHPC
  /// gfx8 and gfx900 to gfx90c but CDNA; AMD's GPUs by drivers that do not tell more.
  case amdGCN
  /// gfx908, gfx90a, gfx94x, gfx95x.
  case amdCDNA
  /// gfx10 and newer.
  case amdRDNA
  case nvidia
  /// Qualcomm.
  case adreno
  /// Arm.
  case mali
  case apple

  /// What a row says.
  struct Row: Sendable {
    /// The pixels and channels of a work-item in the matrix product: 4×4 takes 16 sums, 8×8 takes 64.
    let itemSizes: Set<[Int]>
    /// Tiles of the matrix product, `[pixels, channels]`, that are left out all the same.
    var tilesLeftOut: Set<[Int]> = []
    /// The most vectors of a patch that a work-item copies to local memory, by its registers; nil for any number.
    var mostCopies: Int?
    /// The same of vectors that it resamples; any number for a precision that is not there.
    var mostResampled: [Precision: Int] = [:]
    /// Options of the kernels on blocks beside their constants.
    var options = ""
    /// Pixels of a work-item of `conv2d_planar_to_c16_gpu`.
    let borderPixels: Int
    /// Tiles of sub-groups, `[pixels, outputs]`, that are left out where neighbouring pixels are shared.
    var subgroupTilesLeftOut: Set<[Int]> = []
  }

  private static let small: Set<[Int]> = [[4, 4]]
  private static let large: Set<[Int]> = [[4, 4], [8, 4], [8, 8]]

  var row: Row {
    switch self {
    // Nobody has told how many registers there are: 4×4 with few copies is free of spills on AMD's and NVIDIA's GPUs,
    // and on Intel's with sub-groups of 16 but where it resamples float32.
    case .unknown, .adreno, .mali, .apple:
      Row(itemSizes: Self.small, mostCopies: 8, options: "-D IN_TURN=1", borderPixels: 1)
    // ocloc (IGC 1.0.12504): private arrays lie in memory on every target with 8×4 and 8×8, with 64×16 and patches of
    // 260 and more, where a work-item copies more than 8 vectors (128×16, patches of 580, float32) or resamples more
    // than 5 (4 of halves), and in conv2d_planar_to_c16_gpu with 2 or 4 pixels. Sub-groups spill with 16×1, 10×2, 8×2,
    // 10×1 (and 8×1 on Xe-LP).
    case .intelGen9, .intelXeHPG:
      Row(
        itemSizes: Self.small, tilesLeftOut: [[64, 16]], mostCopies: 8, mostResampled: [.float32: 5, .float16: 4],
        borderPixels: 1, subgroupTilesLeftOut: [[16, 1], [10, 2], [8, 2], [10, 1]])
    case .intelXeLP:
      Row(
        itemSizes: Self.small, tilesLeftOut: [[64, 16]], mostCopies: 8, mostResampled: [.float32: 5, .float16: 4],
        borderPixels: 1, subgroupTilesLeftOut: [[16, 1], [10, 2], [8, 2], [10, 1], [8, 1]])
    // Its compiler takes sub-groups of 32 by default, whose work-items have half the registers: everything spilled.
    case .intelXeHPC:
      Row(
        itemSizes: Self.small, tilesLeftOut: [[64, 16]], mostCopies: 8, mostResampled: [.float32: 3, .float16: 4],
        options: "-D SUBGROUP=16", borderPixels: 1, subgroupTilesLeftOut: [[16, 1], [10, 2]])
    // ROCm 5.7.1 on gfx906: local memory lets 8×4 and 8×8 have one wave of a SIMD's ten, 4×4 two or three. IN_TURN: 8×8
    // that resamples spilled 652 bytes, with it none.
    case .amdGCN: Row(itemSizes: Self.small, options: "-D IN_TURN=1", borderPixels: 2)
    // ROCm on gfx90a: 512 registers, nothing spills; IN_TURN saves a few.
    case .amdCDNA: Row(itemSizes: Self.large, options: "-D IN_TURN=1", borderPixels: 4)
    // ROCm on gfx1030 and gfx1100: nothing spills with IN_TURN; at 4 pixels the border's kernel loses a quarter of its
    // waves.
    case .amdRDNA: Row(itemSizes: Self.large, options: "-D IN_TURN=1", borderPixels: 2)
    // ptxas for sm_61 to sm_120: nothing spills but 64×16 that resamples patches of 340 in float32, on sm_80.
    case .nvidia: Row(itemSizes: Self.large, mostResampled: [.float32: 10], borderPixels: 4)
    }
  }

  /// Whether the matrix product's kernel is worth building with a tile.
  func takes(_ tile: ImplicitGEMM.Tile) -> Bool {
    row.itemSizes.contains([tile.itemPixels, tile.itemChannels])
      && !row.tilesLeftOut.contains([tile.pixels, tile.channels])
  }

  /// Whether the work-items of a division may copy a patch to local memory.
  func copies(_ gemm: ImplicitGEMM, patch: Int, _ precision: Precision) -> Bool {
    // Tiles of fewer work-items are a last resort.
    gemm.threads < 64 || isWithin(row.mostCopies, gemm, patch, precision)
  }

  /// Whether they may resample it on the way.
  func resamples(_ gemm: ImplicitGEMM, patch: Int, _ precision: Precision) -> Bool {
    isWithin(row.mostResampled[precision], gemm, patch, precision)
  }

  /// Whether each work-item has at most so many vectors of a patch.
  private func isWithin(_ most: Int?, _ gemm: ImplicitGEMM, _ patch: Int, _ precision: Precision) -> Bool {
    guard gemm.product == .fma, let most else { return true }
    // A vector of halves becomes two of float32 when it is written.
    return patch * (precision == .float16 ? 1 : 2) <= most * gemm.threads
  }
}

extension GPUArchitecture {
  /// The architecture of a device, by what its driver says of it.
  package init(of device: Device) {
    // A processor's maker is not a GPU's.
    let isProcessor = device.kind == .cpu || device.name.hasPrefix("pthread-") || device.name.hasPrefix("cpu-")
    self.init(
      vendor: isProcessor ? "" : device.vendor, name: isProcessor ? "" : device.name, intelVersion: device.intelVersion)
  }

  /// - Parameter intelVersion: major and minor version of Intel's hardware; nil where the driver does not tell.
  package init(vendor: String, name: String, intelVersion: (major: Int, minor: Int)? = nil) {
    let (vendor, name) = (vendor.lowercased(), name.lowercased())
    func says(_ words: String...) -> Bool { words.contains { vendor.contains($0) || name.contains($0) } }
    if says("nvidia") {
      self = .nvidia
    } else if vendor == "amd" || says("advanced micro devices", "radeon", "gfx") {
      self = Self.amd(name)
    } else if vendor == "intel" || says("intel(r)", "intel corporation") {
      self = Self.intel(intelVersion)
    } else if says("qualcomm", "adreno") {
      self = .adreno
    } else if says("apple") {
      self = .apple
    } else if says("mali", "immortalis") || vendor == "arm" {
      self = .mali
    } else {
      self = .unknown
    }
  }

  /// ROCm says `gfx90a:sramecc+`, Mesa `AMD Radeon RX 6800 (radeonsi, navi21, …)`.
  private static func amd(_ name: String) -> GPUArchitecture {
    if let target = name.firstRange(of: "gfx").map({ name[$0.upperBound...].prefix { $0.isHexDigit } }) {
      if ["908", "90a"].contains(target) || target.hasPrefix("94") || target.hasPrefix("95") { return .amdCDNA }
      return target.count >= 4 ? .amdRDNA : .amdGCN
    }
    return ["navi", "rembrandt", "phoenix", "vangogh", "strix"].contains { name.contains($0) } ? .amdRDNA : .amdGCN
  }

  private static func intel(_ version: (major: Int, minor: Int)?) -> GPUArchitecture {
    guard let version else { return .intelXeLP }
    switch (version.major, version.minor) {
    case (..<12, _): return .intelGen9
    case (12, ..<50): return .intelXeLP
    case (12, 60..<70): return .intelXeHPC
    default: return .intelXeHPG
    }
  }
}
