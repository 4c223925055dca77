import OpenCL

/// A launch before it meets a device: the kernel, the number of work-items, and the arguments.
package struct LaunchSpecification: Sendable {
  /// The name of what the launch computes, for profiles, such as `stage1.rebnconv2`.
  package let label: String
  /// The kernel.
  package let variant: KernelVariant
  /// The number of work-items along each dimension, one to three.
  package let items: [Int]
  /// The number of work-items of a work-group along each dimension.
  package let group: [Int]
  /// Whether the kernel is compiled for exactly that work-group; if not, a device may run smaller ones.
  package let isGroupFixed: Bool
  /// The sub-group size that the kernel is made for; nil if it uses no sub-groups.
  var subgroupLanes: Int?
  /// Multiply-adds of the launch, for reports; 0 where their number says nothing about the time.
  var multiplyAdds = 0
  /// The kernel's arguments, in the order of its parameters.
  let arguments: [LaunchArgument]

  init(
    _ label: String, _ variant: KernelVariant, items: [Int], group: [Int], isGroupFixed: Bool = false,
    subgroupLanes: Int? = nil, multiplyAdds: Int = 0, _ arguments: [LaunchArgument]
  ) {
    (self.label, self.variant, self.items, self.group) = (label, variant, items, group)
    (self.isGroupFixed, self.subgroupLanes, self.multiplyAdds) = (isGroupFixed, subgroupLanes, multiplyAdds)
    self.arguments = arguments
  }

  /// The launch on a session's device: its kernel built and bound, in work-groups that the device accepts.
  ///
  /// - Throws: `CLBuildError`; `WorkGroupSizeError` if the kernel's fixed work-group is too large for the device;
  ///   `SubgroupSizeError`; `CLError`.
  func launch(in session: DeviceSession, on memory: RunMemory) throws -> Launch {
    let kernel = try session.kernel(variant)
    let group = try group(of: kernel, in: session)
    if let lanes = subgroupLanes, let size = kernel.subgroupSize(local: group, on: session.device), size != lanes {
      throw SubgroupSizeError(layer: label, expected: lanes, found: size)
    }
    try kernel.bind(arguments.flatMap { $0.kernelArguments(in: memory) })
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
    // The driver's own limit for a kernel that is compiled for its work-group is ignored until a launch has failed:
    // Mesa 22.3 reports the sub-group size, whatever the kernel runs in.
    guard WorkSize.groups(group, atMost: limit, along: device.maxWorkItemSizes) == group else {
      throw WorkGroupSizeError(variant: variant, needed: count, limit: limit)
    }
    return group
  }
}

/// An argument of a launch that is not bound to a device's memory yet.
enum LaunchArgument: Sendable {
  /// A view of activations, the kernels' `in, in_at`: the arena, and the elements from its start to the view's and from
  /// one image of the view to the next.
  case activations(at: SIMD2<UInt64>)
  /// The arena alone.
  case arena
  /// The parameters of the step with this index in the plan, the kernels' `parameters, weights_and_bias`.
  case parameters(ofStep: Int)
  /// The memory that kernels use while a step runs.
  case scratch
  /// A value.
  case value(any KernelArgument & Sendable)

  /// The one or two arguments that the kernel takes.
  fileprivate func kernelArguments(in memory: RunMemory) -> [any KernelArgument] {
    switch self {
    case .activations(let at): [memory.arena, at]
    case .arena: [memory.arena]
    case .parameters(let step): [memory.parameters.buffer, memory.parameters.region(ofStep: step)]
    case .scratch: [memory.scratch]
    case .value(let value): [value]
    }
  }

  static func int(_ value: Int) -> LaunchArgument { .value(Int32(value)) }
  static func flag(_ value: Bool) -> LaunchArgument { .value(Int32(value ? 1 : 0)) }
}

/// The memory that launches work on.
struct RunMemory {
  /// Activations.
  let arena: Buffer
  /// Weights, biases, scales and shifts.
  let parameters: ParameterMemory
  /// What kernels use while a step runs.
  let scratch: Buffer
}

extension Plan {
  /// All launches of the plan, in order, without a device.
  ///
  /// - Throws: `UncomputableStepError` if the tuning has no kernel for a step's method.
  package func launches(_ tuning: KernelTuning) throws -> [LaunchSpecification] {
    try Recorder(plan: self, tuning: tuning).specifications().flatMap { $0 }
  }
}

/// A kernel's work-group has more work-items than the device can run for that kernel.
package struct WorkGroupSizeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kernel.
  package let variant: KernelVariant
  /// The number of work-items that the kernel is compiled for.
  package let needed: Int
  /// The largest number of work-items that the device can run.
  package let limit: Int

  /// One line with the kernel and both numbers.
  package var description: String {
    "\(variant.function) needs work-groups of \(needed), but the device runs at most \(limit)"
  }
}
