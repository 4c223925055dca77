import Kernels
import Networks
import OpenCL
import Tensors

extension Recorder {
  /// The 1×1 convolution of maps of different sizes.
  func fuseMaps(_ step: Plan.Step, at index: Int, _ convolution: Convolution, sigmoid: Bool) -> LaunchSpecification {
    let places = step.inputs.map(place)
    let shapes = step.inputs.map { plan.values[$0].shape }
    let output = plan.values[step.output].shape
    let segment = tuning.mapSegment
    let items = [output.width.dividedRoundingUp(by: segment), output.height, output.batch * output.channels]
    return LaunchSpecification(
      step.name, stored("fuse_maps", of: .fuseMaps, on: step.output, options: "-D SEGMENT=\(segment)"), items: items,
      group: tuning.convolutionGroup, multiplyAdds: output.elementCount * shapes.reduce(0) { $0 + $1.channels }
    ) { kernel, memory in
      try kernel.bind(
        memory.arena, Int32(step.inputs.count), Int32(shapes[0].channels), eight(places.map(\.x)),
        eight(places.map(\.y)), eight(shapes.map { Int32($0.height) }), eight(shapes.map { Int32($0.width) }),
        memory.parameters.buffer, memory.parameters.place(index), memory.arena, place(step.output),
        extents(step.output), Int32(sigmoid ? 1 : 0))
    }
  }

  private func eight<Scalar: FixedWidthInteger & SIMDScalar>(_ values: [Scalar]) -> SIMD8<Scalar> {
    var vector = SIMD8<Scalar>()
    for (index, value) in values.enumerated() { vector[index] = value }
    return vector
  }
}
