import Engine
import Tensors
import Testing

/// The architecture of a device, by what its driver reports.
@Suite struct GPUArchitectureTests {
  @Test(arguments: [
    ("NVIDIA Corporation", "NVIDIA H200", GPUArchitecture.nvidia),
    ("Advanced Micro Devices, Inc.", "gfx1100", .amdRDNA), ("Advanced Micro Devices, Inc.", "gfx1201", .amdRDNA),
    ("Advanced Micro Devices, Inc.", "gfx90a:sramecc+:xnack-", .amdCDNA),
    ("Advanced Micro Devices, Inc.", "gfx942", .amdCDNA), ("Advanced Micro Devices, Inc.", "gfx906", .amdGCN),
    ("Advanced Micro Devices, Inc.", "gfx90c", .amdGCN), ("Advanced Micro Devices, Inc.", "gfx803", .amdGCN),
    ("AMD", "AMD Radeon RX 6800 (radeonsi, navi21, LLVM 15.0.6, DRM 3.54)", .amdRDNA),
    ("AMD", "AMD Radeon RX Vega (radeonsi, vega10, LLVM 15.0.6)", .amdGCN),
    ("AuthenticAMD", "AMD EPYC", .unknown), ("GenuineIntel", "Xeon", .unknown),
    ("QUALCOMM", "QUALCOMM Adreno(TM)", .adreno), ("ARM", "Mali-G610 r0p0", .mali), ("Apple", "Apple M1", .apple),
    ("Broadcom", "V3D", .unknown), ("", "", .unknown),
  ])
  func devicesAreKnownByTheirNames(vendor: String, name: String, expected: GPUArchitecture) {
    #expect(GPUArchitecture(vendor: vendor, name: name) == expected, "\(vendor), \(name)")
  }

  @Test(arguments: [
    (9, 0, GPUArchitecture.intelGen9), (11, 0, .intelGen9), (12, 0, .intelXeLP), (12, 55, .intelXeHPG),
    (12, 60, .intelXeHPC), (12, 71, .intelXeHPG), (20, 1, .intelXeHPG),
  ])
  func intelsAreKnownByTheirVersion(major: Int, minor: Int, expected: GPUArchitecture) {
    let found = GPUArchitecture(
      vendor: "Intel(R) Corporation", name: "Intel(R) Graphics", intelVersion: (major, minor))
    #expect(found == expected)
    #expect(GPUArchitecture(vendor: "Intel", name: "Mesa Intel(R) UHD Graphics (TGL GT1)") == .intelXeLP)
  }

  /// Every architecture has tiles for work-groups of 64 and of 256 work-items.
  @Test(arguments: GPUArchitecture.allCases) func everyRowLeavesTiles(architecture: GPUArchitecture) {
    for precision in [Precision.float32, .float16] {
      for (localMemory, group) in [(16 << 10, 64), (32 << 10, 256), (64 << 10, 1024)] {
        var gpu = GPUTuning(precision, localMemory: localMemory, maxGroup: group, computeUnits: 8)
        gpu.architecture = architecture
        for problem in [
          ConvolutionProblem(inChannels: 64, output: [1, 16, 320, 320], kernel: 3, dilation: 1),
          ConvolutionProblem(inChannels: 512, output: [1, 512, 20, 20], kernel: 3, dilation: 8),
          ConvolutionProblem(inChannels: 16, output: [2, 16, 1, 3], kernel: 3, dilation: 2),
        ] {
          #expect(!gpu.candidates(for: problem).isEmpty, "\(architecture), \(precision), \(localMemory), \(problem)")
        }
      }
    }
  }
}
