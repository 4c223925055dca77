import Foundation
import TestSupport
import Testing
import U2Net

/// Drivers that run out of memory, are lost, or miscompile: an OpenCL layer between u2cl and the machine's own driver,
/// which also makes a GPU of a CPU device, so that everything that is for GPUs runs.
@Suite(.enabled(if: TestLibrary.faults != nil, TestLibrary.absence)) struct FaultTests {
  private let gpu = ["FAULTS_GPU": "1"]

  private func environment(_ faults: [String: String]) -> [String: String] {
    TestLibrary.layer(faults)
  }

  private func run(_ size: Int = 32) -> [String] {
    ["run", Sandbox.demo, "-o", "out.png", "--size", "\(size)", "--precision", "fp32"]
  }

  /// A GPU is one for u2cl: its own kernels, and pictures prepared on the device; what it found out is kept.
  @Test func aGPURuns() throws {
    let sandbox = try Sandbox()
    let expected = try sandbox.expectSuccess(["run", Sandbox.demo, "-o", "-", "--size", "32", "--quiet"]).output
    for round in 0..<2 {
      let outcome = try sandbox.expectSuccess(
        ["run", Sandbox.demo, "-o", "-", "--size", "32", "--device", "gpu", "--strict", "--precision", "fp32"],
        environment: environment(gpu))
      #expect(outcome.errors.contains("[gpu, "), "\(outcome.errors)")
      #expect(outcome.output.starts(with: expected.prefix(33)), "round \(round): another kind of picture")
    }
    let agreement = try sandbox.expectSuccess(
      ["compare", Sandbox.demo, "--against", "reference", "--size", "32", "--device", "gpu", "--precision", "fp32"],
      environment: environment(gpu))
    #expect(agreement.text.contains("d0"))
  }

  /// What one command has not built for a device, the next one builds: kernels for pictures behind those of the
  /// network, and those for edges behind both.
  @Test func commandsBuildWhatOthersDidNot() throws {
    let sandbox = try Sandbox()
    let device = ["--size", "32", "--device", "gpu", "--strict", "--precision", "fp32"]
    let bench = ["bench", "--model", Sandbox.tinyModel, "--runs", "1", "--warmup", "0", "--min-time", "0", "--no-peak"]
    let run = ["run", Sandbox.demo, "-o", "-", "--quiet", "--model", Sandbox.tinyModel]
    for arguments in [bench, run, run + ["--output", "cutout"], run + ["--resample", "lanczos"]] {
      let outcome = try sandbox.expectSuccess(arguments + device, environment: environment(gpu))
      #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    }
  }

  /// What is made with edges that a GPU refines is what is made with those that the host refines. The colours that are
  /// estimated for a picture that is mixed all over, as small ones are, follow from the last digits of alpha.
  @Test(arguments: [
    (["cutout"], ["demo.jpg"]), (["composite", "--over", "00ff00"], ["demo.jpg"]),
    (["mask", "--refine"], ["demo.jpg", "rgba-16.png", "grey-16.png"]), (["mask", "--matting"], ["demo.jpg"]),
  ])
  func edgesAreTheHosts(output: [String], pictures: [String]) throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("album")
    for name in pictures {
      try sandbox.copy(name == "demo.jpg" ? Sandbox.demo : Sandbox.picture(name), to: "album/\(name)")
    }
    let made = ["run", "album", "--size", "64", "--batch", "2", "--format", "png", "--quiet", "--output"] + output
    let host = try sandbox.expectSuccess(made + ["--device", "cpu", "-o", "host/"])
    let device = try sandbox.expectSuccess(
      made + ["--device", "gpu", "--strict", "--precision", "fp32", "-o", "device/"], environment: environment(gpu))
    #expect(!device.errors.contains("host"), "\(device.errors)")
    #expect(host.lines.count == pictures.count && device.lines.count == pictures.count)
    for (found, expected) in zip(device.lines, host.lines) {
      let files = try [found, expected].map { try Sandbox.bytes("\(sandbox.folder)/\($0)") }
      try PNGFiles.expectAlike(files[0], files[1], "\(output), \(found)")
    }
  }

  /// Edges that the device would refine wrongly, or has no room for, the host refines, which is told; and so are the
  /// colours of cut-outs.
  @Test(arguments: [
    (["FAULTS_MISCOMPILE": "apply_fits"], "refines edges wrongly; the host does it instead"),
    (["FAULTS_REFUSED": "apply_fits"], "the host refines their edges instead"),
    (["FAULTS_MEMORY": "11000000"], "no room for pictures so large; the host refines their edges instead"),
    (["FAULTS_MISCOMPILE": "estimate_tiles"], "estimates foreground colours wrongly; the host does it instead"),
    (["FAULTS_REFUSED": "estimate_tiles"], "the host estimates their foreground colours instead"),
    (["FAULTS_MEMORY": "30000000"], "no room for the cut-outs of pictures so large; the host estimates"),
  ])
  func theHostRefinesWhereTheDeviceCannot(faults: [String: String], says: String) throws {
    let sandbox = try Sandbox()
    let output = says.contains("edges") ? ["mask", "--refine", "--size", "32"] : ["cutout", "--size", "64"]
    let made = ["run", Sandbox.demo, "-o", "-", "--output"] + output
    let host = try sandbox.expectSuccess(made + ["--device", "cpu", "--quiet"])
    for _ in 0..<2 {
      let gpu = try sandbox.expectSuccess(
        made + ["--device", "gpu", "--strict", "--precision", "fp32"],
        environment: environment(gpu.merging(faults) { $1 }))
      #expect(gpu.errors.split(separator: "\n").count { $0.contains("the host") } == 1, "\(gpu.errors)")
      #expect(gpu.errors.contains(says), "\(gpu.errors)")
      try PNGFiles.expectAlike(gpu.output, host.output, says)
    }
  }

  /// The authors' small network loses too much where halves are stored in one of its blocks, which is told and found
  /// once.
  @Test(.enabled(if: SharedFiles.exist, Comment(rawValue: SharedFiles.absence)))
  func aBlockThatHalvesSpoilIsSingle() throws {
    let sandbox = try Sandbox()
    let compare = ["compare", Sandbox.demo, "--size", "64", "--model", SharedFiles.path("models/u2netp-fp16.onnx")]
    func run(_ precision: String) throws -> (outcome: Sandbox.Outcome, worst: Double) {
      let outcome = try sandbox.run(
        compare + ["--device", "gpu", "--strict", "--precision", precision, "--tolerance", "1", "--json"],
        environment: environment(gpu))
      #expect(outcome.code == 0, "\(outcome.errors)")
      let maps = try JSON(outcome.output)["rows"]?.list ?? []
      return (outcome, maps.compactMap { $0["max"]?.number }.max() ?? 1)
    }
    let half = try run("fp16")
    for round in 0..<2 {
      let auto = try run("auto")
      #expect(auto.outcome.errors.contains("using single precision for stage2d\n"), "\(auto.outcome.errors)")
      #expect(auto.worst < 2e-2 && auto.worst < half.worst / 2, "round \(round): \(auto.worst), halves \(half.worst)")
    }
  }

  /// What the fast kernels compute wrongly the portable ones do, which is told.
  @Test func miscompiledKernelsAreNotUsed() throws {
    let sandbox = try Sandbox()
    let arguments = ["bench", "--model", Sandbox.builtInModel, "--size", "32", "--runs", "1", "--warmup", "0"]
    let outcome = try sandbox.expectSuccess(
      arguments + ["--min-time", "0", "--no-peak", "--device", "gpu", "--strict", "--precision", "fp32", "--json"],
      environment: environment(gpu.merging(["FAULTS_MISCOMPILE": "conv2d_gemm"]) { $1 }))
    let notes = try JSON(outcome.output)["notes"]?.list.compactMap(\.text) ?? []
    #expect(
      notes.contains { $0.contains("conv2d_gemm (computed wrongly") && $0.contains("other kernels are used") },
      "\(notes)")
  }

  /// What the portable kernels compute wrongly the reference does, loudly; it is an error where the device was insisted
  /// on.
  @Test func aMiscompilingDriverIsFoundOut() throws {
    let sandbox = try Sandbox()
    let faults = environment(gpu.merging(["FAULTS_MISCOMPILE": "conv2d"]) { $1 })
    let outcome = try sandbox.expectSuccess(run(), environment: faults)
    let says = ["wrongly", "update the driver", "using the CPU reference instead"]
    #expect(says.allSatisfy { outcome.errors.contains($0) }, "\(outcome.errors)")
    try sandbox.expectFailure(
      3, run() + ["--device", "gpu", "--strict", "-o", "strict.png"], says: "wrongly", "update the driver",
      environment: faults)
  }

  /// A device that is lost is started anew; one that is lost again is left, loudly, or is an error where it was
  /// insisted on.
  @Test func aLostDeviceIsReplaced() throws {
    let sandbox = try Sandbox()
    let clean = try sandbox.expectSuccess(["run", Sandbox.demo, "-o", "-", "--size", "32", "--quiet"]).output
    func run(_ contexts: Int, _ more: [String] = []) throws -> Sandbox.Outcome {
      try sandbox.run(
        ["run", Sandbox.demo, "-o", "-", "--size", "32"] + more,
        environment: environment(["FAULTS_LOST_AFTER": "20", "FAULTS_LOST_CONTEXTS": "\(contexts)"]))
    }
    let once = try run(1)
    #expect(once.code == 0 && once.output == clean && once.errors.contains("starting it anew"), "\(once.errors)")
    let twice = try run(9)
    #expect(twice.code == 0 && twice.errors.contains("using the CPU reference instead"), "\(twice.errors)")
    let strict = try run(9, ["--strict"])
    #expect(
      strict.code == 3 && strict.output.isEmpty && strict.errors.contains("CL_OUT_OF_RESOURCES"), "\(strict.errors)")
  }

  /// A batch that does not fit is halved until one does, whether the driver says so at once or when memory is used.
  @Test(arguments: [[:], ["FAULTS_LATE_MEMORY": "1"]]) func batchesAreMadeToFit(faults: [String: String]) throws {
    let sandbox = try Sandbox()
    try sandbox.makeFolder("album")
    for index in 0..<3 { try sandbox.copy(Sandbox.demo, to: "album/\(index).jpg") }
    let outcome = try sandbox.expectSuccess(
      ["run", "album", "-o", "out/", "--size", "64", "--batch", "16", "--device", "gpu", "--strict"]
        + ["--precision", "fp32"],
      environment: environment(gpu.merging(faults) { $1 }.merging(["FAULTS_MEMORY": "30000000"]) { $1 }))
    #expect(outcome.lines.count == 3 && outcome.errors.contains("using batches of"), "\(outcome.errors)")
  }

  /// A GPU that is too small for anything: the reference, or one line that says what was needed and what there is.
  @Test func tooLittleMemoryIsTold() throws {
    let sandbox = try Sandbox()
    let faults = environment(gpu.merging(["FAULTS_MEMORY": "3000000"]) { $1 })
    try sandbox.expectFailure(
      3, run(64) + ["--device", "gpu", "--strict", "--quiet"], says: "MiB", "use a smaller size or batch",
      environment: faults)
    let outcome = try sandbox.expectSuccess(run(64), environment: faults)
    #expect(outcome.errors.contains("using the CPU reference instead"), "\(outcome.errors)")
  }
}
