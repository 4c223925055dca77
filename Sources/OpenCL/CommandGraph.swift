/// The work-items of a launch and their work-groups, along one to three dimensions.
public struct WorkSize: Hashable, Sendable {
  /// The number of work-items along each dimension, a multiple of `local`.
  public let global: [Int]
  /// The size of a work-group along each dimension.
  public let local: [Int]

  /// `items` work-items along each dimension, rounded up to whole work-groups.
  public init(covering items: [Int], local: [Int]) {
    precondition(items.count == local.count && (1...3).contains(items.count), "\(items) in groups of \(local)")
    self.local = local
    global = zip(items, local).map { items, group in max(1, (items + group - 1) / group) * group }
  }

  /// A work-group of at most `count` work-items, and of at most `sizes` along each dimension: the widest dimension of
  /// `local` is halved until it fits.
  public static func groups(_ local: [Int], atMost count: Int, along sizes: [Int]) -> [Int] {
    var local = zip(local, sizes + Array(repeating: Int.max, count: local.count)).map { min($0, max(1, $1)) }
    while local.reduce(1, *) > max(1, count), let widest = local.indices.max(by: { local[$0] < local[$1] }) {
      local[widest] = max(1, local[widest] / 2)
    }
    return local
  }
}

/// A kernel with bound arguments and a fixed size: a command that can be enqueued repeatedly.
public struct Launch {
  /// The name of what the launch computes, for profiles, such as `stage1.rebnconv2`.
  public let label: String
  /// The kernel, which no other launch uses.
  public let kernel: Kernel
  /// The number of work-items.
  public let size: WorkSize
  /// Multiply-adds of the launch, for reports; 0 where their number says nothing about the time.
  public let multiplyAdds: Int
  /// The least number of bytes read and written, for reports; 0 if they are attributed to another launch.
  public var bytes = 0

  /// A launch.
  public init(label: String, kernel: Kernel, size: WorkSize, multiplyAdds: Int = 0) {
    self.label = label
    self.kernel = kernel
    self.size = size
    self.multiplyAdds = multiplyAdds
  }
}

/// A named list of launches, such as those of one residual U-block, that `Queue.replay` enqueues.
public struct CommandGraph {
  /// The block's name, such as `stage1`.
  public let name: String
  /// The launches, in the order in which they run.
  public private(set) var launches: [Launch] = []

  /// An empty recording.
  public init(name: String) { self.name = name }

  /// Appends a launch.
  public mutating func record(_ launch: Launch) { launches.append(launch) }
}

/// The timing of one launch of a graph.
public struct LaunchTiming: Hashable, Sendable {
  /// The graph's name.
  public let block: String
  /// The launch's label.
  public let label: String
  /// The kernel's name.
  public let kernel: String
  /// The launch's multiply-adds.
  public let multiplyAdds: Int
  /// The launch's bytes.
  public let bytes: Int
  /// When the launch ran.
  public let times: EventTimes

  init(of launch: Launch, in graph: CommandGraph, event: borrowing Event) throws(CLError) {
    block = graph.name
    label = launch.label
    kernel = launch.kernel.name
    multiplyAdds = launch.multiplyAdds
    bytes = launch.bytes
    times = try event.times()
  }
}
