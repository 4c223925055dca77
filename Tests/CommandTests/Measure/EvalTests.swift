import Foundation
import Testing
import U2Net

/// `eval`.
@Suite struct EvalTests {
  private static let size = Size(height: 20, width: 30)

  /// A folder of masks, one of maps and one of pictures; `count` of each.
  private func dataset(_ count: Int = 3) throws -> Sandbox {
    let sandbox = try Sandbox()
    for folder in ["masks", "maps", "images"] { try sandbox.makeFolder(folder) }
    for index in 0..<count {
      try mask(index, soft: false).writePNG(toFileAt: "\(sandbox.folder)/masks/p\(index).png")
      try mask(index, soft: true).writePNG(toFileAt: "\(sandbox.folder)/maps/p\(index).png")
      let samples = (0..<Self.size.height * Self.size.width * 3).map { UInt8(($0 * 7 + index) % 256) }
      try Picture(size: Self.size, hasAlpha: false, samples: .bits8(samples))
        .writePNG(toFileAt: "\(sandbox.folder)/images/p\(index).png")
    }
    return sandbox
  }

  private func mask(_ index: Int, soft: Bool, size: Size = Self.size) -> Mask {
    Mask(
      size: size,
      pixels: (0..<size.height * size.width).map { pixel in
        let isInside = pixel % size.width > 8 + index && pixel / size.width > 5
        return isInside ? (soft ? UInt8(180 + pixel % 50) : 255) : (soft ? UInt8(pixel % 40) : 0)
      })
  }

  /// Journals go into the sandbox.
  private func cache(_ sandbox: Sandbox) -> [String: String] { ["U2CL_CACHE": sandbox.folder + "/cache"] }

  /// The numbers of a table's first column.
  private func values(_ outcome: Sandbox.Outcome) -> [String] {
    outcome.lines.dropFirst().compactMap { line in
      line.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.dropFirst().first {
        Double($0) != nil
      }
    }
  }

  private let ofMaps = ["eval", "--maps", "maps", "--masks", "masks"]

  @Test func mapsAreScored() throws {
    let sandbox = try dataset()
    let arguments = ofMaps + ["--csv", "scores.csv", "--json"]
    let outcome = try sandbox.expectSuccess(arguments, environment: cache(sandbox))
    let report = try JSON(outcome.output)
    #expect(report.keys == ["schema", "version", "dataset", "entries"])
    let entry = try #require(report["entries"]?.list.first)
    #expect(entry["pictures"]?.number == 3 && entry["name"]?.text == "maps")
    #expect(
      entry["measures"]?.keys == [
        "maxF_pr", "maxF", "meanF", "adaptiveF", "mae", "weightedF", "sMeasure", "maxE", "meanE", "adaptiveE",
        "relaxedBoundaryF", "iou50", "maxIoU",
      ])
    #expect(entry["measures"]?["maxF"]?.number == 1 && entry["measures"]?["iou50"]?.number == 1)
    for curve in ["threshold", "precision", "recall", "fMeasure", "eMeasure", "iou"] {
      #expect(entry["curves"]?[curve]?.list.count == 256, "\(curve)")
    }
    let rows = try String(contentsOfFile: sandbox.folder + "/scores.csv", encoding: .utf8).split(separator: "\n")
    #expect(rows.count == 4 && rows[0].hasPrefix("model,picture,maxF,") && rows[1].hasPrefix("maps,p0,1.0,"))
    let mean = rows.dropFirst().compactMap { Double($0.split(separator: ",")[5]) }.reduce(0, +) / 3
    #expect(abs(mean - (entry["measures"]?["mae"]?.number ?? .nan)) < 1e-12)
  }

  @Test func aModelIsScored() throws {
    let sandbox = try dataset(2)
    let arguments = [
      "eval", "--images", "images", "--masks", "masks", "--size", "32", "--save-maps", "out", "--report", "report",
      "--name", "ECSSD", "--paper",
    ]
    let outcome = try sandbox.expectSuccess(arguments, environment: cache(sandbox))
    #expect(outcome.errors.contains("2 of 2"))
    #expect(outcome.lines[0].contains("ECSSD, 2 pictures") && outcome.lines[0].contains("paper, U²-Net†"))
    #expect(outcome.lines[1].hasPrefix("max F (paper)") && outcome.lines[1].hasSuffix("0.943"))
    let page = try String(contentsOfFile: sandbox.folder + "/report/index.html", encoding: .utf8)
    #expect(page.components(separatedBy: "<svg").count == 5 && page.components(separatedBy: "<img").count == 7)
    #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"))
    // The maps that were written score the same as the network that made them.
    let again = try sandbox.expectSuccess(
      ["eval", "--maps", "out", "--masks", "masks", "--name", "ECSSD", "--paper", "--quiet"],
      environment: cache(sandbox))
    #expect(again.errors.isEmpty)
    #expect(values(again) == values(outcome) && values(outcome).count == 13)
  }

  /// In the table, as JSON and as CSV, and kept by an interrupted run.
  @Test func theLossIsShown() throws {
    let sandbox = try dataset(3)
    let arguments = ["eval", "--images", "images", "--masks", "masks", "--size", "32", "--loss"]
    func entry(_ outcome: Sandbox.Outcome) throws -> JSON { try #require(JSON(outcome.output)["entries"]?.list.first) }
    let whole = try sandbox.expectSuccess(arguments + ["--json", "--csv", "scores.csv"], environment: cache(sandbox))
    let loss = try #require(try entry(whole)["loss"])
    let names = (0...6).map { "d\($0)" }
    let maps = names.compactMap { loss["maps"]?[$0]?.number }
    #expect(maps.count == 7 && maps.allSatisfy { $0 > 0 })
    #expect(abs((loss["total"]?.number ?? .nan) - maps.reduce(0, +)) < 1e-12)
    let rows = try String(contentsOfFile: sandbox.folder + "/scores.csv", encoding: .utf8).split(separator: "\n")
    #expect(rows[0].hasSuffix("maxIoU," + names.map { "loss_\($0)," }.joined() + "loss"))
    let means = rows.dropFirst().compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }.reduce(0, +) / 3
    #expect(abs(means - (loss["total"]?.number ?? .nan)) < 1e-12)

    let good = try Data(contentsOf: URL(fileURLWithPath: sandbox.folder + "/images/p2.png"))
    try sandbox.write([], to: "images/p2.png")
    #expect(try sandbox.run(arguments, environment: cache(sandbox)).code == 5)
    try sandbox.write(Array(good), to: "images/p2.png")
    let rest = try sandbox.expectSuccess(arguments + ["--json"], environment: cache(sandbox))
    #expect(try entry(rest)["resumed"]?.number == 2)
    #expect(try entry(rest)["loss"]?["total"]?.number == loss["total"]?.number)

    let table = try sandbox.expectSuccess(
      arguments + ["--model", Sandbox.builtInModel, "--maps", "maps"], environment: cache(sandbox)
    ).lines
    #expect(table.filter { $0.hasPrefix("loss, ") }.count == 8 && table.last?.hasPrefix("loss, total") == true)
  }

  @Test(arguments: [
    ("missing", "masks/p1.png has no counterpart in maps", "1 missing"),
    ("extra", "maps/p9.png has no mask in masks", "1 extra"),
    ("unreadable", "p1.png", "1 unreadable"),
    ("wrongSize", "maps/p1.png is 20×30, its mask 30×20", "1 of another size"),
  ]) func flawsFailTheRun(flaw: String, says: String, counts: String) throws {
    let sandbox = try dataset()
    let p1 = sandbox.folder + "/maps/p1.png"
    switch flaw {
    case "missing": try FileManager.default.removeItem(atPath: p1)
    case "extra": try mask(1, soft: true).writePNG(toFileAt: sandbox.folder + "/maps/p9.png")
    case "unreadable": try sandbox.write(Array("nonsense".utf8), to: "maps/p1.png")
    default: try mask(1, soft: true, size: Size(height: 30, width: 20)).writePNG(toFileAt: p1)
    }
    let failed = try sandbox.run(ofMaps + ["--csv", "scores.csv"], environment: cache(sandbox))
    #expect(failed.code == 5 && failed.output.isEmpty, "\(failed.errors)")
    #expect(failed.errors.contains(says) && failed.errors.contains(counts), "\(failed.errors)")
    #expect(!sandbox.files.contains("scores.csv"))
    let allowed = try sandbox.expectSuccess(ofMaps + ["--allow-missing"], environment: cache(sandbox))
    #expect(allowed.lines[0].contains(flaw == "extra" ? "3 pictures" : "2 pictures"))
  }

  /// What was scored before is not scored again, unless a file has changed since; and it counts the same.
  @Test func anInterruptedRunContinues() throws {
    let sandbox = try dataset(4)
    let whole = try sandbox.expectSuccess(ofMaps + ["--json"], environment: cache(sandbox))
    let good = try Data(contentsOf: URL(fileURLWithPath: sandbox.folder + "/maps/p3.png"))
    try sandbox.write([], to: "maps/p3.png")
    #expect(try sandbox.run(ofMaps, environment: cache(sandbox)).code == 5)
    try sandbox.write(Array(good), to: "maps/p3.png")
    let rest = try sandbox.expectSuccess(ofMaps + ["--json"], environment: cache(sandbox))
    #expect(rest.errors.contains("3 of them before"))
    let entries = try [whole, rest].map { try #require(JSON($0.output)["entries"]?.list.first) }
    #expect(entries[1]["resumed"]?.number == 3 && entries[0]["resumed"]?.number == 0)
    for measure in entries[0]["measures"]?.keys ?? [] {
      #expect(entries[0]["measures"]?[measure]?.number == entries[1]["measures"]?[measure]?.number, "\(measure)")
    }
    // A complete run leaves nothing to continue.
    #expect(!sandbox.files.contains { $0.contains("evaluations/") })
  }

  /// Ended from outside in the middle, which nothing can be done about.
  @Test func aKilledRunContinues() throws {
    // Four batches at least, of a tenth of a second or more each.
    let count = 16 * ProcessInfo.processInfo.activeProcessorCount
    let sandbox = try dataset(count)
    let arguments = [
      "eval", "--images", "images", "--masks", "masks", "--device", "reference", "--size", "48", "--json",
    ]
    let killed = try sandbox.shell(
      """
      "$U2CL" \(arguments.joined(separator: " ")) --quiet &
      for _ in {1..3000}; do grep -qs $'\t\\.$' cache/evaluations/*.journal && break; sleep 0.01; done
      kill -9 $!
      wait $!
      """, environment: cache(sandbox))
    #expect(killed.code == 137 && killed.output.isEmpty, "\(killed.errors)")
    func entry(_ arguments: [String]) throws -> JSON {
      let outcome = try sandbox.expectSuccess(arguments, environment: cache(sandbox))
      return try #require(JSON(outcome.output)["entries"]?.list.first)
    }
    let rest = try entry(arguments)
    let resumed = Int(rest["resumed"]?.number ?? -1)
    #expect(0 < resumed && resumed < count, "\(resumed) of \(count)")
    let whole = try entry(arguments + ["--fresh"])
    #expect(whole["resumed"]?.number == 0 && rest["pictures"]?.number == Double(count))
    for measure in whole["measures"]?.keys ?? [] {
      #expect(rest["measures"]?[measure]?.number == whole["measures"]?[measure]?.number, "\(measure)")
    }
  }

  @Test(arguments: [
    (["eval"], "give --dataset"),
    (["eval", "--dataset", "a", "--masks", "b"], "give --dataset, or"),
    (["eval", "--masks", "b"], "a model needs"),
    (["eval", "--dataset", "a", "--limit", "0"], "--limit is at least 1"),
    (["eval", "--maps", "a", "--masks", "b", "--loss"], "--loss needs the maps of a network"),
    (["eval", "--dataset", "a", "--model", "x", "--model", "y", "--save-maps", "m"], "one model"),
  ]) func nonsenseIsTold(arguments: [String], says: String) throws {
    try Sandbox().expectFailure(2, arguments, says: says)
  }

  @Test func noDataSetIsTold() throws {
    let sandbox = try dataset()
    try sandbox.expectFailure(5, ["eval", "--dataset", "nowhere"], says: "there is no folder nowhere")
    try sandbox.expectFailure(5, ["eval", "--dataset", "maps"], says: "in no layout that is known")
  }

  /// DUTS-TE's names, in a folder of an archive; pictures and masks in one folder.
  @Test func knownLayoutsAreFound() throws {
    let sandbox = try dataset(1)
    _ = try sandbox.shell(
      """
      mkdir -p duts/DUTS-TE mixed
      mv images duts/DUTS-TE/DUTS-TE-Image; cp -R masks duts/DUTS-TE/DUTS-TE-Mask
      cp '\(Sandbox.demo)' mixed/demo.jpg
      """)
    let duts = try sandbox.expectSuccess(["eval", "--dataset", "duts", "--size", "32"], environment: cache(sandbox))
    #expect(duts.lines[0].hasPrefix("DUTS-TE, 1 pictures"))
    let demo = try Picture(contentsOf: Sandbox.demo)
    try mask(0, soft: false, size: demo.size).writePNG(toFileAt: sandbox.folder + "/mixed/demo.png")
    let mixed = try sandbox.expectSuccess(["eval", "--dataset", "mixed", "--size", "32"], environment: cache(sandbox))
    #expect(mixed.lines[0].hasPrefix("mixed, 1 pictures"))
  }
}
