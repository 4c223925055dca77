import Networks
import Tensors
import Testing

@Suite struct ShapeInferenceTests {
  @Test(arguments: [
    (MaxPool(), [45, 23, 12, 6, 3, 2, 1, 1]),
    (MaxPool(), [320, 160, 80, 40, 20, 10, 5, 3, 2, 1]),
    (MaxPool(ceilMode: false), [45, 22, 11, 5, 2, 1]),
    (MaxPool(kernel: 3, stride: 2), [6, 3, 1, 1]),
    // A window that would begin at the edge does not count.
    (MaxPool(kernel: 2, stride: 3), [4, 2, 1]),
    (MaxPool(kernel: 1, stride: 2), [5, 3, 2, 1]),
    (MaxPool(kernel: 1, stride: 3), [2, 1]),
  ])
  func maxPoolSizes(_ pool: MaxPool, _ sizes: [Int]) throws {
    for (before, after) in zip(sizes, sizes.dropFirst()) {
      let shape = try Operation.maxPool(pool).outputShape(of: [[2, 3, before, 7]])
      #expect(shape.height == after, "\(pool) of \(before)")
      #expect(shape.batch == 2 && shape.channels == 3)
    }
  }

  @Test(arguments: [
    (Convolution(weight: "w", bias: nil, outChannels: 6), 5, 5),
    (Convolution(weight: "w", bias: nil, outChannels: 6, dilation: 8), 1, 1),
    (Convolution(weight: "w", bias: nil, outChannels: 6, stride: 2), 5, 3),
    (Convolution(weight: "w", bias: nil, outChannels: 6, stride: 2), 1024, 512),
    (Convolution(weight: "w", bias: nil, outChannels: 6, kernel: 1), 7, 7),
    (Convolution(weight: "w", bias: nil, outChannels: 6, padding: 0), 3, 1),
    (Convolution(weight: "w", bias: nil, outChannels: 6, kernel: 2, stride: 2, padding: 0), 5, 2),
    (Convolution(weight: "w", bias: nil, outChannels: 6, padding: 0, dilation: 3), 9, 3),
  ])
  func convolutionSizes(_ convolution: Convolution, before: Int, after: Int) throws {
    let shape = try Operation.convolution(convolution).outputShape(of: [[2, 3, 20, before]])
    #expect(shape.width == after && shape.channels == 6 && shape.batch == 2)
  }

  @Test func theOthers() throws {
    let shape: Shape = [2, 3, 5, 7]
    #expect(try Operation.input(shape).outputShape(of: []) == shape)
    for operation in [Operation.relu, .sigmoid, .batchNorm(BatchNorm(prefix: "n"))] {
      #expect(try operation.outputShape(of: [shape]) == shape)
    }
    #expect(try Operation.upsample(to: Size(height: 1, width: 90)).outputShape(of: [shape]) == [2, 3, 1, 90])
    #expect(try Operation.concat.outputShape(of: [shape, [2, 1, 5, 7], shape]) == [2, 7, 5, 7])
    #expect(try Operation.add.outputShape(of: [shape, shape]) == shape)
  }

  private static let shape: Shape = [1, 3, 5, 7]

  private static let misfits: [(Operation, inputs: [Shape], message: String)] = [
    (.relu, [], "relu: takes 1 input, was given 0"),
    (.relu, [shape, shape], "relu: takes 1 input, was given 2"),
    (.input(shape), [shape], "input: takes 0 inputs, was given 1"),
    (.sigmoid, [[3, 5]], "sigmoid: [3, 5] is not [batch, channels, height, width]"),
    (.add, [shape], "add: takes 2 inputs, was given 1"),
    (.add, [shape, [1, 1, 5, 7]], "add: [1, 3, 5, 7] and [1, 1, 5, 7] differ"),
    (.concat, [], "concat: takes activations, was given []"),
    (.concat, [shape, [1, 3, 7, 5]], "concat: the sizes of [1, 3, 5, 7], [1, 3, 7, 5] differ"),
    (.concat, [shape, [2, 3, 5, 7]], "concat: the sizes of [1, 3, 5, 7], [2, 3, 5, 7] differ"),
    (.upsample(to: Size(height: 0, width: 4)), [shape], "upsample: [1, 3, 5, 7] cannot become 4×0"),
    (
      .maxPool(MaxPool(kernel: 6, stride: 2, ceilMode: false)), [shape],
      "max pool: [1, 3, 5, 7] is smaller than the window (6)"
    ),
    (.maxPool(MaxPool(kernel: 2, stride: 0)), [shape], "max pool: kernel and stride must be positive"),
    (
      .convolution(Convolution(weight: "w", bias: nil, outChannels: 1, padding: 0, dilation: 3)), [shape],
      "convolution: [1, 3, 5, 7] is smaller than the kernel (3, dilation 3)"
    ),
    (
      .convolution(Convolution(weight: "w", bias: nil, outChannels: 0)), [shape],
      "convolution: kernel, stride, dilation and channels must be positive"
    ),
  ]

  @Test(arguments: misfits)
  func errors(_ operation: Operation, inputs: [Shape], message: String) {
    #expect {
      try operation.outputShape(of: inputs)
    } throws: { error in
      error is ShapeError && "\(error)" == message
    }
  }
}
