/// How many work-items run, and in groups of how many: one to three dimensions, fastest first.
public struct WorkSize: Hashable, Sendable {
  /// Work-items along each dimension; a multiple of `local`.
  public let global: [Int]
  /// Work-items of one work-group along each dimension.
  public let local: [Int]

  /// At least `items` work-items along each dimension, rounded up to whole work-groups.
  public init(covering items: [Int], local: [Int]) {
    precondition(items.count == local.count && (1...3).contains(items.count), "\(items) in groups of \(local)")
    self.local = local
    global = zip(items, local).map { items, group in max(1, (items + group - 1) / group) * group }
  }

  /// The same work-items in groups of at most `count`, and of at most so many along each dimension: the widest dimension is
  /// halved until they fit.
  public static func groups(_ local: [Int], atMost count: Int, along sizes: [Int]) -> [Int] {
    var local = zip(local, sizes + Array(repeating: Int.max, count: local.count)).map { min($0, max(1, $1)) }
    while local.reduce(1, *) > max(1, count), let widest = local.indices.max(by: { local[$0] < local[$1] }) {
      local[widest] = max(1, local[widest] / 2)
    }
    return local
  }
}

/// A kernel with its arguments bound and its size fixed: one command, ready to be enqueued again and again.
public struct Launch {
  /// What it computes, for profiles, such as `stage1.rebnconv2`.
  public let label: String
  /// The kernel, this launch's own.
  public let kernel: Kernel
  /// How much of it runs.
  public let size: WorkSize
  /// Multiply-adds that it does, for reports; 0 where that says nothing of the time it takes.
  public let multiplyAdds: Int
  /// Bytes that it must at least read and write, for reports; 0 where another launch is said to.
  public var bytes = 0

  /// A launch.
  public init(label: String, kernel: Kernel, size: WorkSize, multiplyAdds: Int = 0) {
    self.label = label
    self.kernel = kernel
    self.size = size
    self.multiplyAdds = multiplyAdds
  }
}

/// A named, recorded list of launches, such as one residual U-block: running it is replay.
public struct CommandGraph {
  /// The block's name, such as `stage1`.
  public let name: String
  /// In the order in which they run.
  public private(set) var launches: [Launch] = []

  /// An empty recording.
  public init(name: String) { self.name = name }

  /// Adds a launch behind the others.
  public mutating func record(_ launch: Launch) { launches.append(launch) }
}

/// How long one launch of a replayed graph ran.
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
  /// When.
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
