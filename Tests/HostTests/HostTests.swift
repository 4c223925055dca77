import Foundation
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
}
