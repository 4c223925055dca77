import Networks
import Tensors
import Testing

/// Check values of the recipe, where u is uniform in 0 … 1.
@Suite struct SeededParametersTests {
  private let source: SeededParameters

  init() throws { source = SeededParameters(for: try U2NetTable.full().graph(for: [1, 3, 32, 32])) }

  @Test func weights() throws {
    let weight = try source.tensor(named: "stage1.rebnconvin.conv_s1.weight")
    let u: [Double] = [0.4258886, 0.8574954, 0.17928165, 0.9423353]
    let expected = u.map { Float((2 * $0 - 1) * (3.0 / 27).squareRoot()) }
    #expect(zip(weight.values, expected).allSatisfy { abs($0 - $1) < 1e-7 }, "\(weight.values.prefix(4))")
  }

  @Test func input() {
    let input = SeededParameters.input(shape: [1, 3, 2, 2])
    let expected: [Float] = [0.09781832, 0.6523604, 0.20362425, 0.27444464].map { 4 * $0 - 2 }
    #expect(zip(input.values, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(input.values.prefix(4))")
  }

  @Test(
    arguments: [
      ("stage2.rebnconv1.bn_s1.running_var", 0.75...1.25), ("stage2.rebnconv1.bn_s1.weight", 0.75...1.25),
      ("stage2.rebnconv1.bn_s1.running_mean", -0.1...0.1), ("stage2.rebnconv1.bn_s1.bias", -0.1...0.1),
      ("stage2.rebnconv1.conv_s1.bias", -0.1...0.1), ("side3.bias", -0.1...0.1),
    ] as [(String, ClosedRange<Float>)])
  func vectors(_ name: String, range: ClosedRange<Float>) throws {
    #expect(try source.tensor(named: name).values.allSatisfy(range.contains))
  }

  @Test func aStrangerIsMissing() {
    #expect(source.shape(of: "stage9.weight") == nil)
    #expect(throws: MissingParameter.self) { try source.tensor(named: "stage9.weight") }
  }
}
