import Benchmarking
import Models
import U2Net

extension ScalingReport: Presentable {
  /// Two tables: by the size of the input and by the batch size.
  var table: String {
    let what = Format.table([["model", "\(model), \(maps.label)"], ["device", device.label]])
    let head = ["median", "against linear", "runs"]
    let bySize = sizes.map { step in
      ["\(step.width)×\(step.height)", "\(Format.fixed(step.secondsPerMegapixel * 1000, 1)) ms/Mpixel"]
        + Self.cells(step)
    }
    let byBatch = batches.map { step in
      ["batch \(step.batch)", "\(Format.fixed(step.secondsPerImage * 1000, 1)) ms/image"] + Self.cells(step)
    }
    let side = batches.first.map { "\($0.width)×\($0.height)" } ?? ""
    return [
      what, Format.table([["size", "per megapixel"] + head] + bySize),
      Format.table([["batch of \(side)", "per image"] + head] + byBatch),
    ].joined(separator: "\n\n")
  }

  private static func cells(_ step: Step) -> [String] {
    [
      Format.milliseconds(step.run.median), step.againstLinear.map { Format.fixed($0, 2) } ?? "",
      "\(step.samples.count)",
    ]
  }

  /// A line for each step.
  var csv: [[String]] {
    let head = [
      "version", "commit", "model", "maps", "device", "platform", "driver", "series", "width", "height", "batch",
      "runs",
      "median_s", "s_per_megapixel", "s_per_image", "against_linear",
    ]
    let rows = sizes.map { ("size", $0) } + batches.map { ("batch", $0) }
    return [head]
      + rows.map { series, step in
        [
          version, commit ?? "", model, maps.rawValue, device.name, device.platform ?? "", device.driver ?? "", series,
          "\(step.width)", "\(step.height)", "\(step.batch)", "\(step.samples.count)", "\(step.run.median)",
          "\(step.secondsPerMegapixel)", "\(step.secondsPerImage)", step.againstLinear.map { "\($0)" } ?? "",
        ]
      }
  }
}
