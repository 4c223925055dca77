import Networks
import Tensors

/// A convolution step of a plan, with what its kernels are told, whichever kernel computes it.
struct ConvolutionStep {
  let step: Plan.Step
  /// The step's index in the plan, under which its parameters are found.
  let index: Int
  let convolution: Convolution
  /// What happens to the sums before they are stored.
  let epilogue: StepOperation.Epilogue
  /// The first value that the step reads.
  let input: Plan.Value.ID
  /// The extents of that value and of the output, NCHW.
  let inputShape: Shape, outputShape: Shape
  /// What decides which method computes the convolution fastest.
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
  /// Multiply-adds of the direct sum, whichever method computes the convolution.
  var multiplyAdds: Int { problem.multiplyAdds }
}

// Arguments that the kernels of several methods share.
extension ConvolutionStep {
  /// The kernels' `int4 window`: kernel size, stride, padding, dilation.
  var window: LaunchArgument {
    .value(
      SIMD4(
        Int32(convolution.kernel), Int32(convolution.stride), Int32(convolution.padding), Int32(convolution.dilation)))
  }

  /// The kernels' `rectify`.
  var rectify: LaunchArgument { .flag(epilogue != .bias) }
}

extension Recorder {
  /// Input, parameters and output: the kernels' `in, in_at, in_shape, parameters, weights_and_bias, out, out_at`.
  func operands(of c: ConvolutionStep) -> [LaunchArgument] {
    [view(c.input), extents(c.input), .parameters(ofStep: c.index), view(c.output)]
  }

  /// The kernels' `rectify, residual, residual_at, add_residual`.
  func epilogue(of c: ConvolutionStep) -> [LaunchArgument] {
    // A kernel that adds no residual does not look at it.
    [c.rectify, view(c.step.residual ?? c.input), .flag(c.epilogue == .reluAdd)]
  }
}
