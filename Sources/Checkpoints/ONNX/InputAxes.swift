/// Finds the order of the axes of a model's input, which the file does not state.
enum InputAxes {
  /// The operations before the first one that depends on the order.
  private static let passing: Set<String> = [
    "Cast", "Identity", "Sub", "Div", "Mul", "Add", "Clip", "QuantizeLinear", "DequantizeLinear", "Unsqueeze",
  ]

  /// The axes of an input.
  ///
  /// - Parameters:
  ///   - extents: the extents that the file declares; nil where it leaves one open.
  static func axes(of input: String, _ extents: [Int?], _ nodes: [ProtoOperator]) -> [Axis] {
    let rank = extents.count
    let channelsFirst: [Axis] = rank == 3 ? [.channel, .height, .width] : Axis.nchw
    let channelsLast: [Axis] =
      rank == 3 ? [.height, .width, .channel] : [.batch, .height, .width, .channel]
    guard rank == 3 || rank == 4 else { return Axis.nchw }
    let isFew = { (extent: Int?) in extent.map { 1...4 ~= $0 } ?? false }
    if isFew(extents[rank - 1]), !isFew(extents[rank - 3]) { return channelsLast }
    if isFew(extents[rank - 3]) { return channelsFirst }
    // Both are open: a transposition to channels first tells.
    var takers: [String: [ProtoOperator]] = [:]
    for node in nodes { for name in node.input { takers[name, default: []].append(node) } }
    var (pending, seen) = ([input], Set<String>())
    while let name = pending.popLast(), seen.insert(name).inserted {
      for node in takers[name] ?? [] {
        if node.opType == "Transpose" {
          return [[0, 3, 1, 2], [2, 0, 1]].contains(node.integers("perm")) ? channelsLast : channelsFirst
        }
        if passing.contains(node.opType) { pending += node.output }
      }
    }
    return channelsFirst
  }
}
