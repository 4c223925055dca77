import Caches
import Engine
import Foundation
import Kernels
import Networks
import OpenCL
import Synchronization
import Tensors
import TestSupport
import Testing

/// The sources of programs, and the cache of programs.
@Suite struct ProgramTests {
  /// A constant for a file that takes none would be ignored silently.
  @Test(arguments: KernelSource.allCases) func constantsHaveDefaults(source: KernelSource) {
    let texts = [source.text] + source.includes.filter { $0 == .winograd }.map(\.text)
    #expect(source.takesConstants == texts.contains { $0.contains("#ifndef") }, "\(source.fileName)")
  }

  /// Every file in the folders is in the table, and every entry of the table is a file.
  @Test func theTableOfKernelsIsTheFolder() throws {
    let folder = SharedFiles.packageRoot + "/Kernels"
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".cl") }
    let names = files.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    let table = KernelSource.allCases.map(\.fileName) + KernelInclude.allCases.map(\.fileName)
    #expect(names.sorted() == table.sorted())
    for file in files {
      let name = String(file.split(separator: "/").last ?? "")
      let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
      let embedded =
        KernelSource.allCases.first { $0.fileName == name }?.text
        ?? KernelInclude.allCases.first { $0.fileName == name }?.text
      #expect(embedded == text, "\(name)")
    }
  }

  /// A cancelled session builds nothing more, and goes on with what it has built.
  @Test func buildingCanBeCancelled() throws {
    for device in try Device.all() {
      let state = Mutex((isCancelled: false, heard: [Int]()))
      let observer = BuildObserver(
        progress: { built in state.withLock { $0.heard.append(built) } },
        isCancelled: { state.withLock { $0.isCancelled } })
      let session = try DeviceSession(device: device, cache: nil, usesTunings: false, observer: observer)
      // Max pools and convolutions are in different programs.
      let convolution = Convolution(weight: "weight", bias: nil, outChannels: 3)
      let parameters = ParameterDictionary(["weight": .random([3, 16, 3, 3], seed: 2)])
      func executor(of operation: Networks.Operation) throws -> Executor {
        let graph = try graph(of: operation, on: [1, 16, 9, 7])
        return try Executor(graph: graph, parameters: parameters, session: session)
      }
      let first = try executor(of: .maxPool(MaxPool()))
      let built = session.programCounts.built
      #expect(built > 0, "\(device.name)")
      #expect(state.withLock { $0.heard.first } == 0 && state.withLock { $0.heard.last } == built, "\(device.name)")
      state.withLock { $0.isCancelled = true }
      #expect(throws: CancellationError.self, "\(device.name)") {
        try executor(of: .convolution(convolution))
      }
      #expect(session.programCounts.built == built, "\(device.name)")
      _ = try first.run(.random([1, 16, 9, 7], seed: 1))
      _ = try executor(of: .maxPool(MaxPool()))
    }
  }

  /// A second session loads from the cache what the first has compiled, and computes the same bits.
  @Test func sessionsShareTheCache() throws {
    for device in try Device.all() {
      let folder = FileManager.default.temporaryDirectory.path + "/u2cl-programs-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let graph = try graph(of: .maxPool(MaxPool()), on: [1, 16, 9, 7])
      let input = Tensor.random(graph.inputShape, seed: 1)
      func run() throws -> ([Tensor], ProgramCounts, String?) {
        let cache = Cache(.folder(folder))
        let session = try DeviceSession(device: device, cache: cache)
        let executor = try Executor(graph: graph, parameters: ParameterDictionary([:]), session: session)
        return (try executor.run(input), session.programCounts, cache.problem)
      }
      let (first, second) = (try run(), try run())
      #expect(first.0 == second.0 && first.2 == nil && second.2 == nil, "\(device.name)")
      #expect(first.1.built > 0 && first.1.loaded == 0, "\(device.name)")
      // The results of trials are kept, too, so the second session need not build everything that the first did.
      #expect(second.1.loaded > 0 && second.1.loaded <= first.1.built, "\(device.platform.name)")
      #expect(second.1.built == 0, "\(device.platform.name)")
      let programs = Cache(.folder(folder)).contents().programs
      #expect(programs.count == first.1.built, "\(device.platform.name)")
    }
  }
}
