internal import Files

/// The correspondence between the parameters of two graphs that compute the same. Both graphs are compared from the
/// outputs back, operation by operation. The names and the order of nodes do not matter, nor do numbers of channels.
struct GraphCorrespondence {
  /// Where two graphs differ.
  struct Difference: Hashable {
    /// The node of the template that has no counterpart.
    let expected: String
    /// The node of the graph in its place.
    let found: String
  }

  /// The graph's name for each parameter of the template.
  private(set) var names: [String: String] = [:]
  /// The difference after the longest match; nil if all outputs of the template were found.
  private(set) var difference: Difference?

  private let template: Graph
  private let graph: Graph
  /// The graph's node for each node of the template that was matched.
  private var matches: [Node.ID: Node.ID] = [:]
  private var furthest = -1

  /// Compares each output of the template with the graph's output of the same index.
  init(of template: Graph, in graph: Graph) {
    self.template = template
    self.graph = graph
    for (expected, found) in zip(template.outputs, graph.outputs) {
      guard match(expected.node, found.node) else { return }
    }
    difference = nil
    name()
  }

  private mutating func match(_ expected: Node.ID, _ found: Node.ID) -> Bool {
    if let known = matches[expected] { return known == found }
    let (mine, other) = (template.nodes[expected], graph.nodes[found])
    guard mine.operation.isLike(other.operation), mine.inputs.count == other.inputs.count else {
      if matches.count > furthest {
        furthest = matches.count
        difference = Difference(expected: mine.summary, found: other.summary)
      }
      return false
    }
    matches[expected] = found
    guard mine.operation == .add else { return matchAll(mine.inputs, other.inputs) }
    // The order of a sum's inputs does not matter.
    let before = matches
    if matchAll(mine.inputs, other.inputs) { return true }
    matches = before
    return matchAll(mine.inputs, other.inputs.reversed())
  }

  private mutating func matchAll(_ expected: [Node.ID], _ found: [Node.ID]) -> Bool {
    for (expected, found) in zip(expected, found) {
      guard match(expected, found) else { return false }
    }
    return true
  }

  private mutating func name() {
    for (expected, found) in matches {
      for (mine, other) in zip(template.nodes[expected].operation.names, graph.nodes[found].operation.names) {
        names[mine] = other
      }
    }
  }
}

extension Node {
  /// The name and the kind, in one line.
  fileprivate var summary: String { "'\(name.printable(atMost: 200))' (\(operation.kind))" }
}

extension Operation {
  /// The names of the parameters, in an order of their roles.
  fileprivate var names: [String] {
    switch self {
    case .convolution(let convolution): [convolution.weight] + (convolution.bias.map { [$0] } ?? [])
    case .batchNorm(let norm): norm.names
    case .input, .relu, .sigmoid, .maxPool, .upsample, .concat, .add: []
    }
  }

  /// Whether two operations are equal up to numbers of channels and the names of parameters.
  fileprivate func isLike(_ other: Operation) -> Bool {
    switch (self, other) {
    case (.input, .input): true
    case (.convolution(let mine), .convolution(let other)):
      mine.kernel == other.kernel && mine.stride == other.stride && mine.padding == other.padding
        && mine.dilation == other.dilation && (mine.bias == nil) == (other.bias == nil)
    case (.batchNorm(let mine), .batchNorm(let other)): mine.epsilon == other.epsilon
    default: self == other
    }
  }
}
