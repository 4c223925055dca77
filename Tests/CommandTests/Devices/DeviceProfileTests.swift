import Foundation
import TestSupport
import Testing

/// GPUs with less than this machine's device offers, and with limits that a driver tells or does not: maps must be
/// right on each.
@Suite(.enabled(if: TestLibrary.faults != nil, TestLibrary.absence)) struct DeviceProfileTests {
  /// A GPU that the layer makes of this machine's device.
  struct Profile: Sendable, CustomTestStringConvertible {
    /// What is special about the GPU.
    let name: String
    /// The layer's variables, beside those that every profile has.
    let faults: [String: String]
    /// Width and height of the network's input.
    var size = 64
    /// Whether a GPU must keep the kernels that are made for GPUs, in each precision.
    var keepsKernels = false
    /// Whether the CPU beside the GPU may do the work.
    var mayFallBack = false

    var testDescription: String { name }
  }

  /// A small desktop GPU, with a CPU beside it.
  private static let common = [
    "FAULTS_GPU": "1", "FAULTS_NAME": "Small GPU", "FAULTS_TWIN": "cpu", "FAULTS_LOCAL_MEMORY": "32768",
    "FAULTS_GROUP": "256", "FAULTS_UNITS": "2",
  ]

  private static let sizes = [
    Profile(name: "32 KiB of local memory", faults: [:], keepsKernels: true),
    Profile(name: "16 KiB of local memory", faults: ["FAULTS_LOCAL_MEMORY": "16384"], size: 112),
    Profile(name: "8 KiB of local memory", faults: ["FAULTS_LOCAL_MEMORY": "8192"]),
    Profile(name: "groups of 64", faults: ["FAULTS_GROUP": "64"], keepsKernels: true),
    Profile(name: "groups of 32", faults: ["FAULTS_GROUP": "32"]),
    Profile(name: "groups of 256, at most 64 wide", faults: ["FAULTS_ITEMS": "64"]),
    Profile(name: "no byte-addressable store", faults: ["FAULTS_NO_BYTE_STORES": "1"]),
  ]

  /// Limits of single kernels, which a driver tells or which a launch finds.
  private static let limits = [
    limited("conv2d_gemm: 64 items", to: 64, of: "conv2d_gemm"),
    limited("conv2d_gemm: 32 items", to: 32, of: "conv2d_gemm"),
    // The trial uses another tile than the network does.
    limited("conv2d_gemm, 128×64: 64 items", to: 64, of: "conv2d_gemm", with: "TILE_M=128 -D TILE_N=64", size: 112),
    limited("conv2d_c16_to_planar_gpu: 64 items", to: 64, of: "conv2d_c16_to_planar_gpu"),
    limited("all kernels: 64 items", to: 64),
    limited("all kernels: 16 items", to: 16, mayFallBack: true),
  ].flatMap { $0 }

  /// Wrong sums in some of a kernel's variants.
  private static let wrong = [
    Profile(
      name: "wrong in groups of more than 64",
      faults: ["FAULTS_MISCOMPILE": "conv2d_gemm", "FAULTS_MISCOMPILE_ABOVE": "64"]),
    Profile(
      name: "wrong in tiles of 128×64",
      faults: ["FAULTS_MISCOMPILE": "conv2d_gemm", "FAULTS_MISCOMPILE_IF": "TILE_M == 128 && TILE_N == 64"], size: 112),
    Profile(
      name: "wrong where it resamples",
      faults: ["FAULTS_MISCOMPILE": "conv2d_gemm", "FAULTS_MISCOMPILE_IF": "RESAMPLE == 1"], size: 112),
  ]

  /// The driver tells a limit, or tells the device's and then refuses the launch with one code or another.
  private static func limited(
    _ name: String, to items: Int, of kernel: String? = nil, with options: String? = nil, size: Int = 64,
    mayFallBack: Bool = false
  ) -> [Profile] {
    var limit = ["FAULTS_KERNEL_GROUP": "\(items)"]
    limit["FAULTS_KERNEL_GROUP_OF"] = kernel
    limit["FAULTS_KERNEL_GROUP_WITH"] = options
    let ways = [
      ("told", ["FAULTS_KERNEL_GROUP_TOLD": "1"]), ("found, -54", ["FAULTS_KERNEL_GROUP_CODE": "-54"]),
      ("found, -5", ["FAULTS_KERNEL_GROUP_CODE": "-5"]),
    ]
    return ways.map { way, variables in
      Profile(
        name: "\(name), \(way)", faults: limit.merging(variables) { $1 }, size: size,
        keepsKernels: way == "told" && items == 64, mayFallBack: mayFallBack)
    }
  }

  @Test(arguments: sizes) func smallDevicesComputeRightMaps(profile: Profile) throws { try expectRightMaps(profile) }

  @Test(arguments: limits) func kernelsLimitsAreKept(profile: Profile) throws { try expectRightMaps(profile) }

  @Test(arguments: wrong) func wrongVariantsAreNotUsed(profile: Profile) throws { try expectRightMaps(profile) }

  /// All seven maps lie within the tolerance of the reference's, in each precision, and nothing but single lines is
  /// said.
  private func expectRightMaps(_ profile: Profile) throws {
    let sandbox = try Sandbox()
    let environment = TestLibrary.layer(Self.common.merging(profile.faults) { $1 })
    let device = ["--device", "gpu"] + (profile.mayFallBack ? [] : ["--strict"])
    let compare = ["compare", Sandbox.demo, "--against", "reference", "--size", "\(profile.size)", "--json"]
    for (precision, tolerance) in [("fp32", 1e-4), ("fp16", 2e-2)] {
      let outcome = try sandbox.run(
        compare + device + ["--precision", precision], environment: environment, limit: 120)
      let what = "\(profile.name), \(precision)\n\(outcome.errors.prefix(2000))"
      #expect(outcome.code == 0, "\(what)")
      #expect(outcome.errorLines.count <= 3 && outcome.errorLines.allSatisfy { $0.hasPrefix("u2cl: ") }, "\(what)")
      guard let report = try? JSON(outcome.output), let rows = report["rows"]?.list else { continue }
      let differences = rows.compactMap { $0["max"]?.number }
      #expect(differences.count == 7 && differences.allSatisfy { $0 <= tolerance }, "\(differences), \(what)")
      if report["device"]?["kind"]?.text != "gpu" {
        #expect(profile.mayFallBack && outcome.saysOnce("Small GPU", "instead"), "\(what)")
      }
      if profile.keepsKernels {
        #expect(["not used", "single precision"].allSatisfy { !outcome.errors.contains($0) }, "\(what)")
      }
    }
  }

  /// The kernels for pictures and edges keep to a device's limits, too.
  @Test(arguments: [
    ["FAULTS_GROUP": "32"], ["FAULTS_ITEMS": "64"], ["FAULTS_KERNEL_GROUP": "16", "FAULTS_KERNEL_GROUP_TOLD": "1"],
    ["FAULTS_KERNEL_GROUP": "64"], ["FAULTS_NO_BYTE_STORES": "1"],
  ])
  func smallDevicesMakePictures(faults: [String: String]) throws {
    let sandbox = try Sandbox()
    let made = ["run", Sandbox.demo, "-o", "-", "--size", "64", "--output", "mask", "--refine", "--precision", "fp32"]
    let host = try sandbox.expectSuccess(made + ["--device", "cpu", "--quiet"])
    let outcome = try sandbox.expectSuccess(
      made + ["--device", "gpu", "--strict", "--quiet"],
      environment: TestLibrary.layer(Self.common.merging(faults) { $1 }))
    if outcome.code == 0 { try PNGFiles.expectAlike(outcome.output, host.output, "\(faults)") }
  }
}
