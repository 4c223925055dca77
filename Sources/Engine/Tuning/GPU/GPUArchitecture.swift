package import OpenCL
import Tensors

/// A family of GPUs, with the tiles and options that its compiler handles well. The rows follow from what the vendors'
/// own compilers report about registers, spills and local memory (`scripts/vendor-report`,
/// Benchmarks/Results/vendor-compilers.md). A tuner chooses among what a row allows.
package enum GPUArchitecture: String, Hashable, Sendable, CaseIterable {
  /// Any other GPU: tiles that take the fewest registers.
  case unknown
  /// Intel's GPUs before Xe, from Broadwell to Ice Lake.
  case intelGen9
  /// Tiger Lake to Alder Lake, DG1, and Intel's GPUs whose driver does not report the version.
  case intelXeLP
  /// Arc and newer: Meteor Lake, Xe2.
  case intelXeHPG
  /// Data Center GPU Max.
  case intelXeHPC
  /// gfx8 and gfx900 to gfx90c except CDNA, and AMD's GPUs whose driver does not report more.
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

  /// The properties of a family.
  struct Row: Sendable {
    /// The pixels and channels of a work-item in the matrix product, such as 4×4 (16 sums) and 8×8 (64 sums).
    let itemSizes: Set<[Int]>
    /// Tiles of the matrix product, `[pixels, channels]`, that are left out although their items are allowed.
    var tilesLeftOut: Set<[Int]> = []
    /// The largest number of vectors of a patch that a work-item may copy to local memory; nil for any number.
    var maximumCopies: Int?
    /// The largest number of vectors that a work-item may resample; any number for a precision without an entry.
    var maximumResampled: [Precision: Int] = [:]
    /// Build options of the kernels on blocks besides their constants.
    var options = ""
    /// The number of pixels of a work-item of `conv2d_planar_to_c16_gpu`.
    let borderPixels: Int
    /// Tiles of sub-groups, `[pixels, outputs]`, that are left out where registers also keep neighbouring pixels.
    var subgroupTilesLeftOut: Set<[Int]> = []
  }

  private static let small: Set<[Int]> = [[4, 4]]
  private static let large: Set<[Int]> = [[4, 4], [8, 4], [8, 8]]

  /// The properties of the family.
  var row: Row { Self.rows[self] ?? madeRow }

  /// The rows, made once: a plan reads them for every candidate of every convolution.
  private static let rows = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.madeRow) })

  private var madeRow: Row {
    switch self {
    // The number of registers is unknown. 4×4 with few copies does not spill on AMD's and NVIDIA's GPUs, nor, with
    // sub-groups of 16, on Intel's, except where it resamples float32.
    case .unknown, .adreno, .mali, .apple:
      Row(itemSizes: Self.small, maximumCopies: 8, options: "-D IN_TURN=1", borderPixels: 1)
    // ocloc (IGC 1.0.12504): on every target, private arrays spill to memory with 8×4 and 8×8, with 64×16 and patches
    // of 260 or more, if a work-item copies more than 8 vectors (128×16, patches of 580, float32) or resamples more
    // than 5 (4 of halves), and in conv2d_planar_to_c16_gpu with 2 or 4 pixels. Sub-groups spill with 16×1, 10×2, 8×2,
    // 10×1 (and 8×1 on Xe-LP).
    case .intelGen9, .intelXeHPG:
      Row(
        itemSizes: Self.small, tilesLeftOut: [[64, 16]], maximumCopies: 8,
        maximumResampled: [.float32: 5, .float16: 4],
        borderPixels: 1, subgroupTilesLeftOut: [[16, 1], [10, 2], [8, 2], [10, 1]])
    case .intelXeLP:
      Row(
        itemSizes: Self.small, tilesLeftOut: [[64, 16]], maximumCopies: 8,
        maximumResampled: [.float32: 5, .float16: 4],
        borderPixels: 1, subgroupTilesLeftOut: [[16, 1], [10, 2], [8, 2], [10, 1], [8, 1]])
    // The compiler uses sub-groups of 32 by default, whose work-items have half the registers: everything spilled.
    case .intelXeHPC:
      Row(
        itemSizes: Self.small, tilesLeftOut: [[64, 16]], maximumCopies: 8,
        maximumResampled: [.float32: 3, .float16: 4],
        options: "-D SUBGROUP=16", borderPixels: 1, subgroupTilesLeftOut: [[16, 1], [10, 2]])
    // ROCm 5.7.1 on gfx906: local memory allows one of a SIMD's ten waves with 8×4 and 8×8, two or three with 4×4. 8×8
    // that resamples spills 652 bytes without IN_TURN, none with it.
    case .amdGCN: Row(itemSizes: Self.small, options: "-D IN_TURN=1", borderPixels: 2)
    // ROCm on gfx90a: with 512 registers nothing spills; IN_TURN saves a few.
    case .amdCDNA: Row(itemSizes: Self.large, options: "-D IN_TURN=1", borderPixels: 4)
    // ROCm on gfx1030 and gfx1100: nothing spills with IN_TURN. With 4 pixels, conv2d_planar_to_c16_gpu loses a quarter
    // of its waves.
    case .amdRDNA: Row(itemSizes: Self.large, options: "-D IN_TURN=1", borderPixels: 2)
    // ptxas for sm_61 to sm_120: nothing spills except 64×16 that resamples patches of 340 in float32, on sm_80.
    case .nvidia: Row(itemSizes: Self.large, maximumResampled: [.float32: 10], borderPixels: 4)
    }
  }

  /// Whether the matrix product should be compiled with a tile.
  func takes(_ tile: ImplicitGEMM.Tile) -> Bool {
    row.itemSizes.contains([tile.itemPixels, tile.itemChannels])
      && !row.tilesLeftOut.contains([tile.pixels, tile.channels])
  }

  /// Whether the work-items of a division have the registers to copy a patch to local memory.
  func copies(_ gemm: ImplicitGEMM, patch: Int, _ precision: Precision) -> Bool {
    // Smaller work-groups are a last resort.
    gemm.threads < 64 || isWithin(row.maximumCopies, gemm, patch, precision)
  }

  /// Whether the work-items of a division have the registers to resample a patch while copying it.
  func resamples(_ gemm: ImplicitGEMM, patch: Int, _ precision: Precision) -> Bool {
    isWithin(row.maximumResampled[precision], gemm, patch, precision)
  }

  /// Whether each work-item copies at most a number of a patch's vectors.
  private func isWithin(_ maximum: Int?, _ gemm: ImplicitGEMM, _ patch: Int, _ precision: Precision) -> Bool {
    guard gemm.product == .fma, let maximum else { return true }
    // A vector of halves becomes two of float32 when it is stored.
    return patch * (precision == .float16 ? 1 : 2) <= maximum * gemm.threads
  }
}

extension GPUArchitecture {
  /// The architecture of a device, by what its driver reports.
  package init(of device: Device) {
    // The vendor of a processor says nothing about a GPU.
    let isProcessor = device.kind == .cpu || device.name.hasPrefix("pthread-") || device.name.hasPrefix("cpu-")
    self.init(
      vendor: isProcessor ? "" : device.vendor, name: isProcessor ? "" : device.name, intelVersion: device.intelVersion)
  }

  /// - Parameter intelVersion: major and minor version of Intel's hardware; nil if the driver does not report it.
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

  /// By the device's name: `gfx90a:sramecc+` (ROCm) or `AMD Radeon RX 6800 (radeonsi, navi21, …)` (Mesa).
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
