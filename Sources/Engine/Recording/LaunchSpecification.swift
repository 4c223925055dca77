package import Kernels
import OpenCL

/// A function of a kernel file, compiled with constants: what a device may refuse or compute wrongly by itself.
package struct KernelVariant: Hashable, Sendable {
  /// The function's name.
  package let function: String
  /// The file it stands in.
  package let source: KernelSource
  /// As for `clBuildProgram`.
  package let options: String

  package init(function: String, source: KernelSource, options: String) {
    (self.function, self.source, self.options) = (function, source, options)
  }

  /// What it is compiled from.
  var program: ProgramSource { ProgramSource(source, options: options) }

  /// The text of its program and the options that it is built with: what a compiler is given.
  package var compiled: (text: String, options: String) { (program.text, program.options) }
}

extension Plan {
  /// Every launch of the plan, in its order, without a device.
  ///
  /// - Throws: `DivisionError` where the tuning has no kernel for a step's method.
  package func launches(_ tuning: KernelTuning) throws -> [LaunchSpecification] {
    try Recorder(plan: self, tuning: tuning).specifications().flatMap { $0 }
  }
}

extension KernelVariant: CustomStringConvertible {
  /// Such as `conv2d_gemm (KERNEL=3 TILE_M=64 …)`.
  package var description: String {
    let constants = options.replacing("-D ", with: "")
    return constants.isEmpty ? function : "\(function) (\(constants))"
  }
}

/// The memory that launches work on.
struct RunMemory {
  /// Activations.
  let arena: Buffer
  /// Weights, biases, scales and shifts.
  let parameters: ParameterMemory
  /// What kernels keep for themselves while a step runs.
  let scratch: Buffer
}

/// A launch before it meets a device: which kernel, over how many work-items, with which arguments.
package struct LaunchSpecification {
  /// What it computes, for profiles, such as `stage1.rebnconv2`.
  package let label: String
  /// The kernel.
  package let variant: KernelVariant
  /// Work-items along each dimension, one to three.
  package let items: [Int]
  /// Work-items of one work-group along each dimension.
  package let group: [Int]
  /// Whether the kernel is compiled for that group; where not, a device may run it in smaller ones.
  package let isGroupFixed: Bool
  /// The size of sub-groups that the kernel is made for; nil where it uses none.
  var subgroupLanes: Int?
  /// Multiply-adds that it does, for reports; 0 where that says nothing of the time it takes.
  var multiplyAdds = 0
  /// Sets the kernel's arguments.
  let bind: (Kernel, RunMemory) throws -> Void

  init(
    _ label: String, _ variant: KernelVariant, items: [Int], group: [Int], isGroupFixed: Bool = false,
    subgroupLanes: Int? = nil, multiplyAdds: Int = 0, bind: @escaping (Kernel, RunMemory) throws -> Void
  ) {
    (self.label, self.variant, self.items, self.group) = (label, variant, items, group)
    (self.isGroupFixed, self.subgroupLanes, self.multiplyAdds, self.bind) =
      (isGroupFixed, subgroupLanes, multiplyAdds, bind)
  }

  /// The launch on a session's device: its kernel built and bound, in groups that the device takes.
  ///
  /// - Throws: `CLBuildError`, `WorkGroupSizeError` where the kernel's own group is too large for the device,
  ///   `SubgroupSizeError`, `CLError`.
  func launch(in session: DeviceSession, on memory: RunMemory) throws -> Launch {
    let kernel = try session.kernel(variant)
    let group = try group(of: kernel, in: session)
    if let lanes = subgroupLanes, let size = kernel.subgroupSize(local: group, on: session.device), size != lanes {
      throw SubgroupSizeError(layer: label, expected: lanes, found: size)
    }
    try bind(kernel, memory)
    return Launch(
      label: label, kernel: kernel, size: WorkSize(covering: items, local: group), multiplyAdds: multiplyAdds)
  }

  private func group(of kernel: Kernel, in session: DeviceSession) throws -> [Int] {
    let (count, device) = (group.reduce(1, *), session.device)
    guard count > 1 else { return group }
    let limit = min(device.maxWorkGroupSize, session.groupLimit ?? .max)
    guard isGroupFixed else {
      let own = min(limit, kernel.maxWorkGroupSize(on: device))
      return WorkSize.groups(group, atMost: own, along: device.maxWorkItemSizes)
    }
    // What the driver tells of a kernel that is compiled for its group is not looked at before a launch has failed: Mesa
    // 22.3 tells the size of a sub-group whatever the kernel runs in.
    guard WorkSize.groups(group, atMost: limit, along: device.maxWorkItemSizes) == group else {
      throw WorkGroupSizeError(variant: variant, needed: count, limit: limit)
    }
    return group
  }
}

/// A kernel's work-group has more work-items than the device runs of that kernel.
package struct WorkGroupSizeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kernel.
  package let variant: KernelVariant
  /// The work-items that it is compiled for.
  package let needed: Int
  /// The most that the device runs.
  package let limit: Int

  /// The kernel and both numbers, in one line.
  package var description: String { "\(variant.function) needs work-groups of \(needed), the device runs \(limit)" }
}
