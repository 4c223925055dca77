import Networks
import Tensors

/// A convolution's step with what its kernels are told of it, whichever computes it.
struct ConvolutionStep {
  let step: Plan.Step
  /// Its number in the plan, under which its parameters are found.
  let index: Int
  let convolution: Convolution
  /// What follows the sums.
  let epilogue: StepOperation.Epilogue
  /// What it reads first.
  let input: Plan.Value.ID
  /// The shape of that, and of what it writes.
  let inputShape: Shape, outputShape: Shape
  /// What decides how it is best computed.
  let problem: ConvolutionProblem

  init(
    _ step: Plan.Step, at index: Int, _ convolution: Convolution, _ epilogue: StepOperation.Epilogue, of plan: Plan
  ) {
    (self.step, self.index, self.convolution, self.epilogue) = (step, index, convolution, epilogue)
    input = step.inputs[0]
    inputShape = plan.values[step.inputs[0]].shape
    outputShape = plan.values[step.output].shape
    problem = plan.problem(of: convolution, in: step)
  }

  var name: String { step.name }
  var output: Plan.Value.ID { step.output }
  /// What is added behind the ReLU; kernels that are told to add nothing do not look at it.
  var added: Plan.Value.ID { step.residual ?? input }
  /// The kernels' `rectify`.
  var rectify: Int32 { epilogue == .bias ? 0 : 1 }
  /// The kernels' `add_residual`.
  var adds: Int32 { epilogue == .reluAdd ? 1 : 0 }
  /// The kernels' `int4 window`: kernel, stride, padding, dilation.
  var window: SIMD4<Int32> {
    SIMD4(
      Int32(convolution.kernel), Int32(convolution.stride), Int32(convolution.padding), Int32(convolution.dilation))
  }
  /// Those of the direct sum, whichever method computes it.
  var multiplyAdds: Int {
    outputShape.elementCount * problem.inChannels * convolution.kernel * convolution.kernel
  }
}
