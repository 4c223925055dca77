import Engine
import Foundation
import Networks
import OpenCL
import TestSupport
import Tensors
import Testing

/// What is chosen for GPUs, tested without a GPU.
@Suite struct GPUTuningTests {
  /// An NVIDIA H200 and a small GPU.
  static let tunings: [GPUTuning] = Precision.onBlocksOfGPUs.flatMap { precision in
    var nvidia = GPUTuning(precision, localMemory: 48 << 10, maxGroup: 1024, computeUnits: 132)
    nvidia.products = precision == .float16 ? [.tensorHalfK16] : [.tensorTF32x3, .fma]
    nvidia.copy = .async
    nvidia.stages = 3
    nvidia.usesPTX = true
    return [nvidia, GPUTuning(precision, localMemory: 32 << 10, maxGroup: 256, computeUnits: 8)]
  }

  /// All convolutions of the networks, and large dilations on large and tiny maps.
  private func problems() throws -> [ConvolutionProblem] {
    var tuning = KernelTuning(isCPU: false, computeUnits: 132)
    tuning.gpu = Self.tunings[0]
    let networks = try [U2NetTable.small(), .full()].flatMap { table in
      try ([[1, 3, 320, 320], [16, 3, 320, 320], [1, 3, 1024, 1024], [1, 3, 33, 7]] as [Shape]).flatMap { shape in
        Plan(try table.graph(for: shape), tuning: tuning).problemCounts.keys
      }
    }
    return networks
      + [1, 3, 9, 500].map { ConvolutionProblem(inChannels: 16, output: [1, 48, $0, $0], kernel: 3, dilation: 8) }
      + [ConvolutionProblem(inChannels: 32, output: [2, 16, 40, 3], kernel: 1, dilation: 1)]
  }

  @Test(arguments: tunings) func everyConvolutionHasCandidatesThatFit(gpu: GPUTuning) throws {
    for problem in try problems() {
      let candidates = gpu.candidates(for: problem)
      #expect((1...12).contains(candidates.count) && Set(candidates).count == candidates.count, "\(problem)")
      for gemm in candidates {
        #expect(gpu.accepts(gemm, for: problem), "\(problem): \(gemm)")
        let parts = gpu.parts(of: gemm, inChannels: problem.inChannels)
        #expect(parts.count <= gemm.splitK && parts.count * parts.steps * 16 >= problem.inChannels, "\(problem)")
      }
    }
  }

  /// Small maps with many channels are divided so that few multiprocessors are idle.
  @Test func smallMapsKeepTheDeviceBusy() throws {
    let problem = ConvolutionProblem(inChannels: 512, output: [1, 512, 20, 20], kernel: 3, dilation: 1)
    for gpu in Self.tunings where gpu.computeUnits == 132 {
      let gemm = try #require(gpu.candidates(for: problem).first)
      let tiles = (20 + gemm.width - 1) / gemm.width * ((20 + gemm.height - 1) / gemm.height)
      #expect(tiles * 512 / gemm.tile.channels * gemm.splitK >= 100, "\(gemm)")
    }
  }

  /// With batch size 1, launches dominate the time, so most pooled and upsampled maps of a network are not stored.
  @Test(arguments: tunings) func convolutionsResampleWhatTheyRead(gpu: GPUTuning) throws {
    var tuning = KernelTuning(isCPU: false, computeUnits: gpu.computeUnits)
    tuning.gpu = gpu
    var stored = PlanOptions()
    stored.fusesResampling = false
    for table in [U2NetTable.small(), .full()] {
      for batch in [1, 16] {
        let graph = try table.graph(for: [batch, 3, 320, 320])
        let plans = [stored, PlanOptions()].map { Plan(graph, options: $0, tuning: tuning) }
        let counts = plans.map { $0.launchCount(tuning) }
        #expect(counts[1] < counts[0], "\(table.name), \(gpu), batch \(batch)")
        if gpu.computeUnits == 132 {
          #expect(counts[1] * 5 < counts[0] * 4, "\(table.name), \(gpu), batch \(batch): \(counts)")
          #expect(plans[1].arenaByteCount * 6 < plans[0].arenaByteCount * 5)
        }
      }
    }
  }

  @Test(
    .disabled(if: TestBudget.isBounded, "two networks take a simulator minutes"), arguments: Precision.onBlocksOfGPUs)
  func thePlainKernelsPassTheirTrial(precision: Precision) throws {
    for session in sessions {
      let trial = GPUKernelSelection(session: session, precision: precision)
      #expect(try trial.outcome(of: GPUTuning(for: session.device, precision: precision)) == .right)
      let result = try trial.result()
      let isExpected = result.fastest.map { $0.products == [.fma] || $0.usesPTX } ?? false
      #expect(isExpected && result.notes.isEmpty, "\(session.device.name): \(result)")
    }
  }

  /// Prints which instructions an NVIDIA device supports, which the test cannot know in advance.
  @Test(
    .enabled(
      if: sessions.contains {
        GPUKernelSelection(session: $0, precision: .float32).candidates.contains(where: \.usesPTX)
      }),
    arguments: Precision.onBlocksOfGPUs)
  func theInstructionsThatNVIDIAsDevicesHaveAreTold(precision: Precision) throws {
    for session in sessions {
      let trial = GPUKernelSelection(session: session, precision: precision)
      let outcomes = try trial.candidates.map { (candidate: $0, outcome: try trial.outcome(of: $0)) }
      for (candidate, outcome) in outcomes { tell("\(session.device.name): \(candidate): \(outcome)") }
      for (candidate, seconds) in try trial.seconds(of: outcomes.filter { $0.outcome == .right }.map(\.candidate)) {
        tell("\(session.device.name): \(candidate): \(seconds * 1e6) µs")
      }
    }
  }

  /// Unbuffered, because a later trial may end the process.
  private func tell(_ text: String) { FileHandle.standardError.write(Data("trial on \(text)\n".utf8)) }

  /// Tries half precision as float32: near the right result, but outside the tolerance.
  @Test(.disabled(if: TestBudget.isBounded, "two networks take a simulator minutes"))
  func whatComputesSomethingElseIsNotedAndNotUsed() throws {
    for session in sessions {
      let trial = GPUKernelSelection(session: session, precision: .float32)
      var notes: [String] = []
      #expect(try !trial.isRight(GPUTuning(for: session.device, precision: .float16), &notes))
      #expect(notes.count == 1 && notes[0].contains("wrongly"), "\(notes)")
    }
  }
}
