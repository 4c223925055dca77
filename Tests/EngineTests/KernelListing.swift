import Engine
import Foundation
import Kernels
import Networks
import Tensors
import Testing

/// The folder to write to (`U2CL_KERNEL_LISTING`).
private let listingFolder = ProcessInfo.processInfo.environment["U2CL_KERNEL_LISTING"].map { URL(fileURLWithPath: $0) }

/// A GPU for which programs are listed, as its driver would describe it.
private struct ListedDevice {
  let name: String
  let architecture: GPUArchitecture
  let localMemory: Int
  let maxGroup: Int
  /// The number of multiprocessors.
  let units: Int
  /// The number of compute units as Intel's drivers count them, for devices with sub-groups.
  var subgroupUnits: Int?
  /// The products of NVIDIA's tensor cores; none for other devices.
  var tensorCores: [(Precision, MultiplyMethod, LocalMemoryCopy)] = []

  static let all: [ListedDevice] = [
    ListedDevice(
      name: "gen9", architecture: .intelGen9, localMemory: 65536, maxGroup: 256, units: 3, subgroupUnits: 24),
    ListedDevice(
      name: "xe-lp", architecture: .intelXeLP, localMemory: 65536, maxGroup: 512, units: 6, subgroupUnits: 96),
    ListedDevice(
      name: "xe-hpg", architecture: .intelXeHPG, localMemory: 65536, maxGroup: 1024, units: 32, subgroupUnits: 512),
    ListedDevice(
      name: "xe-hpc", architecture: .intelXeHPC, localMemory: 131072, maxGroup: 1024, units: 64, subgroupUnits: 512),
    ListedDevice(name: "gcn", architecture: .amdGCN, localMemory: 65536, maxGroup: 256, units: 60),
    ListedDevice(name: "cdna", architecture: .amdCDNA, localMemory: 65536, maxGroup: 256, units: 104),
    ListedDevice(name: "rdna", architecture: .amdRDNA, localMemory: 65536, maxGroup: 256, units: 40),
    ListedDevice(name: "nvidia-pascal", architecture: .nvidia, localMemory: 49152, maxGroup: 1024, units: 28),
    ListedDevice(
      name: "nvidia-turing", architecture: .nvidia, localMemory: 49152, maxGroup: 1024, units: 40,
      tensorCores: [(.float16, .tensorHalfK8, .registers)]),
    ListedDevice(
      name: "nvidia-ampere", architecture: .nvidia, localMemory: 49152, maxGroup: 1024, units: 132,
      tensorCores: [(.float16, .tensorHalfK16, .async), (.float32, .tensorTF32x3, .async), (.float32, .fma, .async)]),
    ListedDevice(name: "unknown", architecture: .unknown, localMemory: 32768, maxGroup: 256, units: 8),
  ]

  /// The tunings that the device may have for a precision. All but the default have a name.
  func tunings(_ precision: Precision) -> [(name: String, tuning: GPUTuning)] {
    var gpu = GPUTuning(precision, localMemory: localMemory, maxGroup: maxGroup, computeUnits: units)
    gpu.architecture = architecture
    let tensor = tensorCores.filter { $0.0 == precision }
    guard tensor.isEmpty else {
      return tensor.map { _, product, copy in
        gpu.products = [product]
        gpu.copy = copy
        gpu.stages = copy == .async ? 3 : 2
        gpu.usesPTX = true
        return (product == .fma ? "fma" : "tensor", gpu)
      }
    }
    guard let subgroupUnits else { return [("", gpu)] }
    var other = gpu
    other.subgroups = .intel(architecture, computeUnits: subgroupUnits)
    other.prefersSubgroups = true
    return [("", gpu), ("subgroups", other)]
  }
}

/// Not a test: writes down what GPUs are given, for vendors' compilers: in a folder for each device, network and
/// precision, numbered programs (`0001.cl`), the options that they are built with (`0001.options`), and the kernels
/// that are launched with the work-items of their groups (`0001.kernels`).
@Suite struct KernelListing {
  @Test(.enabled(if: listingFolder != nil)) func writeEverything() throws {
    let folder = try #require(listingFolder)
    for device in ListedDevice.all {
      for precision in Precision.onBlocksOfGPUs {
        for (way, gpu) in device.tunings(precision) {
          for table in [U2NetTable.small(), .full()] {
            var tuning = KernelTuning(isCPU: false, computeUnits: device.units)
            tuning.gpu = gpu
            let size = table.name == U2NetTable.full().name ? "full" : "small"
            let name = [device.name, size, precision.rawValue, way].filter { !$0.isEmpty }.joined(separator: "-")
            let launches = try [1, 16].flatMap { batch in
              let graph = try table.graph(for: [batch, 3, 320, 320])
              return try Plan(graph, tuning: tuning).launches(tuning)
            }
            try write(launches.map { ($0.variant, $0.group.reduce(1, *)) }, to: folder.appending(path: name))
          }
        }
      }
    }
    try write(portable(), to: folder.appending(path: "portable"))
    try write(processors(), to: folder.appending(path: "processor"))
  }

  /// The launches for CPUs.
  private func processors() throws -> [(KernelVariant, Int)] {
    let tuning = KernelTuning(isCPU: true, computeUnits: 2)
    return try [U2NetTable.small(), .full()].flatMap { table in
      try Plan(try table.graph(for: [1, 3, 320, 320]), tuning: tuning).launches(tuning)
        .map { ($0.variant, $0.group.reduce(1, *)) }
    }
  }

  /// The kernels that do not work on blocks: the portable ones, those between pictures and networks, and those that
  /// refine edges.
  private func portable() throws -> [(KernelVariant, Int)] {
    let tuning = KernelTuning(isCPU: false, computeUnits: 1)
    var options = PlanOptions.unfused
    let network = try [options, PlanOptions()].flatMap { choice in
      options = choice
      options.usesBlocks = false
      return try Plan(try U2NetTable.small().graph(for: [1, 3, 320, 320]), options: options, tuning: tuning)
        .launches(tuning)
    }
    let pictures: [(String, KernelSource)] = [
      ("flatten_picture", .flattenPicture), ("sample_picture", .samplePicture), ("filter_rows", .filterPicture),
      ("filter_columns", .filterPicture), ("picture_planes", .picturePlanes), ("value_range", .valueRange),
      ("count_values", .valueRange),
      ("normalize_picture", .normalizePicture), ("quantize_map", .quantizeMap), ("average_map", .averageCells),
      ("average_picture", .averageCells), ("box_rows", .boxMean), ("box_columns", .boxMean),
      ("window_moments", .windowFits), ("window_fits", .windowFits), ("fit_errors", .blendFits),
      ("weigh_fits", .blendFits), ("blend_fits", .blendFits), ("apply_fits", .applyFits),
      ("average_pixels", .foregroundLevels), ("sum_pixels", .foregroundLevels), ("sum_cells", .foregroundLevels),
      ("relax_levels", .foregroundLevels), ("choose_tiles", .estimateForeground),
      ("estimate_tiles", .estimateForeground),
    ]
    let others: [(String, KernelSource)] = [
      ("floats_to_halves", .convertStorage), ("halves_to_floats", .convertStorage), ("fma_peak", .fmaPeak),
    ]
    return network.map { ($0.variant, $0.group.reduce(1, *)) }
      + (pictures + others).map { (KernelVariant(function: $0.0, source: $0.1, options: ""), 64) }
  }

  private func write(_ launches: [(variant: KernelVariant, group: Int)], to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let programs = Dictionary(grouping: launches) {
      Program(text: $0.variant.compiled.text, options: $0.variant.compiled.options)
    }
    for (number, (program, launches)) in programs.sorted(by: { $0.key.options < $1.key.options }).enumerated() {
      let stem = folder.appending(path: String(format: "%04d", number))
      let kernels = Set(launches.map { "\($0.variant.function) \($0.group)" }).sorted().joined(separator: "\n")
      for (ending, text) in [("cl", program.text), ("options", program.options), ("kernels", kernels + "\n")] {
        try text.write(to: stem.appendingPathExtension(ending), atomically: true, encoding: .utf8)
      }
    }
  }

  private struct Program: Hashable {
    let text: String
    let options: String
  }
}
