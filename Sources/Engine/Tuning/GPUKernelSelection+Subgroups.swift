import Kernels
import OpenCL
import Tensors

extension GPUKernelSelection {
  /// The plain kernels with those for sub-groups beside them, as the default and as what only tuners try; none where
  /// the device has no sub-groups that fit blocks.
  func withSubgroups(_ journal: inout DeviceJournal) throws -> [GPUTuning] {
    // Compilers for processors take long for kernels that are no faster there.
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

  /// The size of sub-groups that the compiler chooses for the kernel, found once; nil where it does not build or where the
  /// driver does not tell.
  private func chosenLanes(_ journal: inout DeviceJournal) throws -> Int? {
    let name = "lanes "
    if let known = journal.lines.last(where: { $0.hasPrefix(name) }) { return Int(known.dropFirst(name.count)) }
    try session.beginTrial("sub-groups")
    // A compiler that ends the process over it is not asked again.
    journal.append("\(name)unknown")
    guard let tile = SubgroupConvolution(pixels: 16, outputs: 1, splits: 1),
      let kernels = SubgroupKernels(for: session.device, precision: precision, chosenLanes: 32)
    else { return nil }
    let options = kernels.options(of: tile, kernel: 3, dilation: 1, precision: precision)
    let kernel = try? session.kernel("conv2d_subgroup", from: .conv2dSubgroup, options: options)
    let lanes = kernel?.subgroupSize(local: [kernels.lanes * kernels.group, 1, 1], on: session.device)
    if let lanes { journal.append("\(name)\(lanes)") }
    return lanes
  }
}
