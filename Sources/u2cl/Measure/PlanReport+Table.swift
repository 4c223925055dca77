import Benchmarking
import Models
import U2Net

extension PlanReport: Presentable {
  /// The passes in order, then the steps that remain.
  var table: String {
    let what = [
      [
        "model", "\(model), \(width)×\(height), batch \(batch), \(maps.label), \(Format.gigaMACs(multiplyAccumulates))",
      ],
      ["device", device.label], ["memory", memory.label],
    ]
    return [Format.table(what), passTable, stepTable].joined(separator: "\n\n")
  }

  private var passTable: String {
    let head = ["pass", "steps", "launches", "activations", "changed", "what it does"]
    let selection = [
      "keep the maps asked for", Self.change(operations, keptOperations), "", "", "",
      "leaves out what only other maps need",
    ]
    let rows = passes.map { pass in
      [
        pass.name, Self.change(pass.before.steps, pass.after.steps),
        Self.change(pass.before.launches, pass.after.launches),
        Self.change(pass.before.activations >> 20, pass.after.activations >> 20) + " MiB",
        pass.ran ? Self.changed(pass) : "did not run", pass.purpose,
      ]
    }
    return Format.table([head, selection] + rows)
  }

  private static func change(_ before: Int, _ after: Int) -> String {
    before == after ? "\(after)" : "\(before) → \(after)"
  }

  private static func changed(_ pass: PlanReport.Pass) -> String {
    let parts = [(pass.changedSteps, "step"), (pass.changedValues, "value")].filter { $0.0 > 0 }
    return parts.isEmpty ? "nothing" : parts.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
  }

  private var stepTable: String {
    let head = ["block", "step", "kernel", "layout", "input", "output", "MMAC", "scratch"]
    return Format.table(
      [head]
        + steps.map { step in
          [
            step.block, step.name, Self.launches(step.kernels),
            step.inputLayout == step.outputLayout ? step.inputLayout : "\(step.inputLayout) → \(step.outputLayout)",
            step.inputs.map(Self.extents).joined(separator: " "), Self.extents(step.output),
            step.multiplyAccumulates == 0 ? "" : Format.fixed(Double(step.multiplyAccumulates) * 1e-6, 1),
            step.scratch == 0 ? "" : "\(step.scratch >> 10) KiB",
          ]
        })
  }

  /// The names of a step's kernels, each once.
  private static func launches(_ kernels: [String]) -> String {
    var seen = Set<String>()
    let names = kernels.filter { seen.insert($0).inserted }.joined(separator: " + ")
    switch kernels.count {
    case 0: return "– (in place)"
    case seen.count: return names
    default: return "\(names), \(kernels.count) launches"
    }
  }

  /// A shape such as `1×64×320×320`.
  private static func extents(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }

  /// A line for each step.
  var csv: [[String]] {
    [
      [
        "block", "step", "kernels", "input_layout", "output_layout", "inputs", "output", "multiply_accumulates",
        "scratch_bytes",
      ]
    ]
      + steps.map { step in
        [
          step.block, step.name, step.kernels.joined(separator: " "), step.inputLayout, step.outputLayout,
          step.inputs.map(Self.extents).joined(separator: " "), Self.extents(step.output),
          "\(step.multiplyAccumulates)", "\(step.scratch)",
        ]
      }
  }
}
