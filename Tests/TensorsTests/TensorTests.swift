import Tensors
import TestSupport
import Testing

@Suite struct TensorTests {
  @Test func shapesCountTheirElements() {
    let shape: Shape = [2, 3, 5, 7]
    #expect(shape.elementCount == 210)
    #expect(shape == Shape(batch: 2, channels: 3, height: 5, width: 7))
    #expect((shape.batch, shape.channels, shape.height, shape.width) == (2, 3, 5, 7))
    #expect(shape.size == Size(height: 5, width: 7))
    #expect("\(shape) \(shape.size)" == "[2, 3, 5, 7] 7×5")
    #expect(Shape([]).elementCount == 1)
    #expect(Shape([4, 0]).elementCount == 0)
  }

  @Test func aTensorCanBeWrittenInPlace() {
    let tensor = Tensor(shape: [2, 3]) { values in
      for index in values.indices { values[index] = Float(index) }
    }
    #expect(tensor == Tensor(shape: [2, 3], values: [0, 1, 2, 3, 4, 5]))
    #expect(Tensor(shape: [0, 3]) { _ in }.values.isEmpty)
  }

  @Test func whatIsNotFiniteIsFound() {
    #expect(Tensor(shape: [3], values: [1, -1, 0]).firstNonFiniteIndex == nil)
    #expect(Tensor(shape: [3], values: [1, .infinity, .nan]).firstNonFiniteIndex == 1)
    #expect(Tensor(shape: [3], values: [1, 2, .nan]).firstNonFiniteIndex == 2)
  }

  @Test func aDictionaryIsASourceOfParameters() throws {
    let tensor = Tensor(shape: [2], values: [1, 2])
    let source = ParameterDictionary(["b": tensor, "a": tensor])
    #expect(source.names == ["a", "b"])
    #expect(source.shape(of: "a") == [2])
    #expect(source.shape(of: "c") == nil)
    #expect(try source.tensor(named: "b") == tensor)
    #expect {
      try source.tensor(named: "c")
    } throws: { error in
      "\(error)" == "there is no tensor named 'c'"
    }
  }
}

/// The comparison that other tests rely on must be able to fail.
@Suite struct TensorComparisonTests {
  private let zeros = Tensor(shape: [1, 1, 2, 2], repeating: 0)

  @Test func theFirstBadElementIsNamed() {
    let other = Tensor(shape: [1, 1, 2, 2], values: [0, 0, 0.5, 2])
    #expect(zeros.mismatch(with: zeros, within: 0) == nil)
    #expect(other.mismatch(with: zeros, within: 2) == nil)
    #expect(
      other.mismatch(with: zeros, within: 0.1)
        == "at [0, 0, 1, 0] of [1, 1, 2, 2]: 0.5, expected 0.0 ± 0.1; the largest difference is 2.0")
    #expect(other.meanAbsoluteDifference(to: zeros) == 0.625)
  }

  @Test func nanAgreesWithNothing() {
    let nan = Tensor(shape: [1, 1, 2, 2], values: [0, .nan, 0, 0])
    #expect(nan.mismatch(with: zeros, within: .infinity) != nil)
    #expect(zeros.mismatch(with: nan, within: .infinity) != nil)
    #expect(zeros.maxAbsoluteDifference(to: nan) == .infinity)
  }

  @Test func shapesAreComparedFirst() {
    #expect(zeros.mismatch(with: Tensor(shape: [4], repeating: 0), within: 1) == "shape [1, 1, 2, 2], expected [4]")
  }

  @Test func seedsRepeat() {
    #expect(Tensor.random([7], seed: 1) == Tensor.random([7], seed: 1))
    #expect(Tensor.random([7], seed: 1) != Tensor.random([7], seed: 2))
  }
}
