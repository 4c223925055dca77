import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// The 1×1 convolution of maps of different sizes.
  func fuseMaps(_ step: Plan.Step, at index: Int, _ convolution: Convolution, sigmoid: Bool) throws -> Launch {
    let places = step.inputs.map(place)
    let shapes = step.inputs.map { plan.values[$0].shape }
    let output = plan.values[step.output].shape
    let segment = tuning.mapSegment
    let kernel = try kernel("fuse_maps", from: .fuseMaps, options: "-D SEGMENT=\(segment)")
    try kernel.bind(
      arena, Int32(step.inputs.count), Int32(shapes[0].channels), eight(places.map(\.x)), eight(places.map(\.y)),
      eight(shapes.map { Int32($0.height) }), eight(shapes.map { Int32($0.width) }), parameters.buffer,
      parameterPlace(index), arena, place(step.output), extents(step.output), Int32(sigmoid ? 1 : 0))
    let items = [output.width.dividedRoundingUp(by: segment), output.height, output.batch * output.channels]
    return Launch(
      label: step.name, kernel: kernel, size: WorkSize(covering: items, local: tuning.convolutionGroup),
      multiplyAdds: output.elementCount * shapes.reduce(0) { $0 + $1.channels })
  }

  private func eight<Scalar: FixedWidthInteger & SIMDScalar>(_ values: [Scalar]) -> SIMD8<Scalar> {
    var vector = SIMD8<Scalar>()
    for (index, value) in values.enumerated() { vector[index] = value }
    return vector
  }
}
