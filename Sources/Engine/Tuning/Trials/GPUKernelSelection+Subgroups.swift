import Kernels
import OpenCL
import Tensors

extension GPUKernelSelection {
  /// Two candidates with kernels for sub-groups besides the plain ones: as the default, and as what only tuners try.
  /// None if the device has no sub-groups that fit blocks.
  func withSubgroups(_ journal: inout DeviceJournal) throws -> [GPUTuning] {
    // Compilers for processors take long for these kernels, which are no faster there.
    guard session.device.kind != .cpu, session.device.subgroups != nil,
      let kernels = try SubgroupKernels(for: session.device, precision: precision)
        ?? SubgroupKernels(for: session.device, precision: precision, chosenLanes: chosenLanes(&journal))
    else { return [] }
    return [true, false].map { isDefault in
      var gpu = GPUTuning(for: session.device, precision: precision)
      gpu.subgroups = kernels
      gpu.prefersSubgroups = isDefault
      return gpu
    }
  }

  /// The size of sub-groups that the compiler chooses for the kernel, found once; nil if the kernel does not build or
  /// the driver does not report the size.
  private func chosenLanes(_ journal: inout DeviceJournal) throws -> Int? {
    for case .lanes(let known) in journal.records(GPUSelectionRecord.self).reversed() { return known }
    try session.beginTrial("sub-groups")
    // If the compiler ends the process, this record remains, and the compiler is not asked again.
    journal.append(GPUSelectionRecord.lanes(count: nil))
    guard let tile = SubgroupConvolution(pixels: 16, outputs: 1, splitK: 1),
      let kernels = SubgroupKernels(for: session.device, precision: precision, chosenLanes: 32)
    else { return nil }
    let options = kernels.options(of: tile, kernel: 3, dilation: 1, precision: precision)
    let kernel = try? session.kernel("conv2d_subgroup", from: .conv2dSubgroup, options: options)
    let lanes = kernel?.subgroupSize(local: [kernels.lanes * kernels.group, 1, 1], on: session.device)
    if let lanes { journal.append(GPUSelectionRecord.lanes(count: lanes)) }
    return lanes
  }
}
