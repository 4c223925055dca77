import Foundation
import Files
import Host
import Testing

/// What this machine says, compared with what Foundation finds out.
@Suite struct HostTests {
  @Test func theEnvironment() { #expect(Host.environment == ProcessInfo.processInfo.environment) }

  @Test func coresAndMemory() {
    #expect(Host.coreCount == ProcessInfo.processInfo.activeProcessorCount)
    #expect(Host.memory == ProcessInfo.processInfo.physicalMemory)
  }

  @Test func theSystem() { #expect(Host.system == ProcessInfo.processInfo.operatingSystemVersionString) }

  /// Writes a file of a made-up system, with its folders.
  private static func write(_ text: String, to path: String, below root: String) throws {
    let url = URL(fileURLWithPath: "\(root)/\(path)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// The share of the processor's time that control groups allow, in the layouts that containers have.
  @Test func theShareOfTheProcessorsTime() throws {
    let root = FileManager.default.temporaryDirectory.path + "/u2cl-host-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    func write(_ text: String, to path: String) throws { try Self.write(text, to: path, below: root) }
    let groups = "sys/fs/cgroup"
    #expect(Host.cpuQuota(root: FilePath(root)) == nil)
    // Version 2: the tightest of a group and those above it; a container sees its own as the top.
    try write("0::/a/b\n", to: "proc/self/cgroup")
    try write("max 100000\n", to: "\(groups)/a/b/cpu.max")
    #expect(Host.cpuQuota(root: FilePath(root)) == nil)
    try write("250000 100000\n", to: "\(groups)/a/cpu.max")
    #expect(Host.cpuQuota(root: FilePath(root)) == 2.5)
    try write("50000 100000\n", to: "\(groups)/cpu.max")
    #expect(Host.cpuQuota(root: FilePath(root)) == 0.5)
    // Version 1, under both names of the controller's folder.
    for folder in ["cpu,cpuacct", "cpu"] {
      try FileManager.default.removeItem(atPath: root)
      try write("5:memory:/x\n4:cpu,cpuacct:/docker/1\n0::/\n", to: "proc/self/cgroup")
      try write("-1\n", to: "\(groups)/\(folder)/docker/1/cpu.cfs_quota_us")
      try write("100000\n", to: "\(groups)/\(folder)/docker/1/cpu.cfs_period_us")
      #expect(Host.cpuQuota(root: FilePath(root)) == nil)
      try write("150000\n", to: "\(groups)/\(folder)/docker/1/cpu.cfs_quota_us")
      #expect(Host.cpuQuota(root: FilePath(root)) == 1.5, "\(folder)")
    }
    try write("4:pids:/docker/1\n", to: "proc/self/cgroup")
    try write("max\n", to: "\(groups)/pids/docker/1/pids.max")
    let isLimited = Host.limitsThreads(root: FilePath(root))
    try write("100\n", to: "\(groups)/pids/pids.max")
    #expect(Host.limitsThreads(root: FilePath(root)) && (!isLimited || Host.limitsThreads(root: "/")))
    for damaged in ["", "x", "1 0\n", "-5 100\n", "1 2 3\n"] {
      try write("0::/\n", to: "proc/self/cgroup")
      try write(damaged, to: "\(groups)/cpu.max")
      #expect(Host.cpuQuota(root: FilePath(root)) == nil, "'\(damaged)'")
    }
    #expect((1...Host.coreCount).contains(Host.coreShare) && Host.coreCount <= Host.onlineCoreCount)
  }

  /// The memory that control groups allow, in the layouts that containers have.
  @Test func theShareOfTheMemory() throws {
    let root = FileManager.default.temporaryDirectory.path + "/u2cl-host-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    func write(_ text: String, to path: String) throws { try Self.write(text, to: path, below: root) }
    #expect(Host.memoryShare(root: FilePath(root)) == Host.memory)
    try write("0::/a\n", to: "proc/self/cgroup")
    for unlimited in ["max\n", "", "x\n", "-1\n", "99999999999999999999\n"] {
      try write(unlimited, to: "sys/fs/cgroup/a/memory.max")
      #expect(Host.memoryShare(root: FilePath(root)) == Host.memory, "'\(unlimited)'")
    }
    try write("67108864\n", to: "sys/fs/cgroup/a/memory.max")
    #expect(Host.memoryShare(root: FilePath(root)) == 64 << 20)
    try write("33554432\n", to: "sys/fs/cgroup/memory.max")
    #expect(Host.memoryShare(root: FilePath(root)) == 32 << 20)
    try FileManager.default.removeItem(atPath: root)
    try write("5:memory:/x\n", to: "proc/self/cgroup")
    try write("16777216\n", to: "sys/fs/cgroup/memory/x/memory.limit_in_bytes")
    #expect(Host.memoryShare(root: FilePath(root)) == 16 << 20)
  }
}
