/// Which parameter of a graph is which of another that computes the same: found from the outputs back, operation by
/// operation. The names and order of nodes do not matter, nor do numbers of channels.
struct GraphCorrespondence {
  /// Where two graphs part.
  struct Difference: Hashable {
    /// The node of the template that has no counterpart.
    let expected: String
    /// The node that stands where it should.
    let found: String
  }

  /// The graph's name for each parameter of the template.
  private(set) var names: [String: String] = [:]
  /// Where the search came furthest; nil where every output of the template was found.
  private(set) var difference: Difference?

  private let template: Graph
  private let graph: Graph
  /// The node of the graph for each of the template's that was met.
  private var matches: [Node.ID: Node.ID] = [:]
  private var furthest = -1

  /// Compares each output of the template with the graph's output of that number.
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
    // A sum is the same in either order.
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
  /// What it is called and does, in one line.
  fileprivate var summary: String { "'\(name.singleLine(atMost: 200))' (\(operation.kind))" }
}

extension Operation {
  /// The names of its parameters, each role at its place.
  fileprivate var names: [String] {
    switch self {
    case .convolution(let convolution): [convolution.weight] + (convolution.bias.map { [$0] } ?? [])
    case .batchNorm(let norm): norm.names
    case .input, .relu, .sigmoid, .maxPool, .upsample, .concat, .add: []
    }
  }

  /// Whether it does the same, on any number of channels, with parameters of any name.
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
