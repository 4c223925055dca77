internal import CMath
internal import Tensors

extension Tensor {
  /// max(x, 0). NaN stays NaN, as in PyTorch.
  func rectified() -> Tensor {
    mappingPlanes { _, input, output in
      for i in input.indices { output[i] = input[i] < 0 ? 0 : input[i] }
    }
  }

  /// 1 / (1 + exp(−x)), computed so that exp never overflows.
  func squashed() -> Tensor {
    mappingPlanes { _, input, output in
      for i in input.indices {
        let decay = expf(-abs(input[i]))
        output[i] = (input[i] < 0 ? decay : 1) / (1 + decay)
      }
    }
  }

  /// The elementwise sum with a tensor of this shape.
  func added(to other: Tensor) -> Tensor {
    other.values.withUnsafeBufferPointer { addend in
      mappingPlanes { _, input, output in
        for i in input.indices { output[i] = input[i] + addend[i] }
      }
    }
  }
}
