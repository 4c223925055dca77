internal import Tensors

// For exp.
#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

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
        let decay = exp(-abs(input[i]))
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
