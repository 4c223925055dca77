/// A plot of curves or bars as SVG.
struct Plot {
  /// The points or bars of one colour.
  struct Series {
    let name: String
    let points: [(x: Double, y: Double)]
  }

  /// An axis of the plot.
  struct Axis {
    let title: String
    let range: ClosedRange<Double>
    /// The distance between two ticks.
    let step: Double
    let digits: Int

    /// An axis from 0 to 1.
    static func unit(_ title: String) -> Axis { Axis(title: title, range: 0...1, step: 0.2, digits: 1) }

    fileprivate var ticks: [Double] {
      Array(stride(from: range.lowerBound, through: range.upperBound + step / 1000, by: step))
    }

    /// The position of a value along the axis, 0 … 1.
    fileprivate func position(_ value: Double) -> Double {
      (min(max(value, range.lowerBound), range.upperBound) - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
  }

  let title: String
  let x: Axis
  let y: Axis
  let series: [Series]
  /// The width of a bar along x; nil for curves.
  var barWidth: Double?

  /// Colours that colour-blind people can tell apart (Okabe and Ito 2008).
  static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

  private static let frame = (left: 62.0, top: 12.0, width: 420.0, height: 300.0)
  private static let size = (width: 500.0, height: 372.0)

  var svg: String {
    let lines =
      [
        "<svg viewBox=\"0 0 \(Int(Self.size.width)) \(Int(Self.size.height))\" role=\"img\" "
          + "aria-label=\"\(HTML.escaped(title))\">"
      ] + grid + (barWidth.map(bars) ?? series.enumerated().map(curve)) + labels + ["</svg>"]
    return lines.joined(separator: "\n")
  }

  /// The lines of the grid, and the numbers beside them.
  private var grid: [String] {
    let frame = Self.frame
    let vertical = x.ticks.flatMap { tick in
      let at = number(frame.left + x.position(tick) * frame.width)
      return [
        rule(x1: at, y1: number(frame.top), x2: at, y2: number(frame.top + frame.height)),
        text(Format.fixed(tick, x.digits), x: at, y: number(frame.top + frame.height + 18), anchor: "middle"),
      ]
    }
    let horizontal = y.ticks.flatMap { tick in
      let at = frame.top + (1 - y.position(tick)) * frame.height
      return [
        rule(x1: number(frame.left), y1: number(at), x2: number(frame.left + frame.width), y2: number(at)),
        text(Format.fixed(tick, y.digits), x: number(frame.left - 8), y: number(at + 4), anchor: "end"),
      ]
    }
    return vertical + horizontal
  }

  /// The frame and the titles of the axes.
  private var labels: [String] {
    let frame = Self.frame
    let middle = number(frame.top + frame.height / 2)
    return [
      "<rect class=\"frame\" x=\"\(number(frame.left))\" y=\"\(number(frame.top))\" width=\"\(number(frame.width))\" "
        + "height=\"\(number(frame.height))\"/>",
      text(x.title, x: number(frame.left + frame.width / 2), y: number(Self.size.height - 14), anchor: "middle"),
      "<text x=\"16\" y=\"\(middle)\" text-anchor=\"middle\" transform=\"rotate(-90 16 \(middle))\">"
        + "\(HTML.escaped(y.title))</text>",
    ]
  }

  private func curve(_ index: Int, _ series: Series) -> String {
    let points = series.points.map { "\(number(horizontal($0.x))),\(number(vertical($0.y)))" }
    return "<polyline class=\"curve\" stroke=\"\(Self.color(index))\" points=\"\(points.joined(separator: " "))\">"
      + "<title>\(HTML.escaped(series.name))</title></polyline>"
  }

  /// The bars of all series, side by side.
  private func bars(width: Double) -> [String] {
    let share = width / Double(max(series.count, 1))
    return series.enumerated().flatMap { index, series in
      series.points.map { point in
        let (left, right) = (
          horizontal(point.x + share * Double(index)), horizontal(point.x + share * Double(index + 1))
        )
        let top = vertical(point.y)
        return "<rect x=\"\(number(left))\" y=\"\(number(top))\" width=\"\(number(max(0, right - left - 1)))\" "
          + "height=\"\(number(Self.frame.top + Self.frame.height - top))\" fill=\"\(Self.color(index))\">"
          + "<title>\(HTML.escaped(series.name)): \(Format.fixed(point.y, 0))</title></rect>"
      }
    }
  }

  static func color(_ index: Int) -> String { colors[index % colors.count] }

  private func horizontal(_ value: Double) -> Double { Self.frame.left + x.position(value) * Self.frame.width }
  private func vertical(_ value: Double) -> Double { Self.frame.top + (1 - y.position(value)) * Self.frame.height }
  private func number(_ value: Double) -> String { Format.fixed(value, 1) }

  private func rule(x1: String, y1: String, x2: String, y2: String) -> String {
    "<line class=\"grid\" x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\"/>"
  }

  private func text(_ text: String, x: String, y: String, anchor: String) -> String {
    "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(HTML.escaped(text))</text>"
  }
}
