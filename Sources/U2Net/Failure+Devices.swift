import Engine
import Models
import OpenCL

// The kinds of failures that the errors of devices are.

extension KindedError {
  /// The device failed.
  package var failureKind: Failure.Kind { .device }
}

extension CLError: KindedError {}
extension CLBuildError: KindedError {}
extension DeviceMemoryError: KindedError {}
extension UncomputableStepError: KindedError {}
extension KernelArgumentCountError: KindedError {}
extension SubgroupSizeError: KindedError {}
extension UntriedProgramError: KindedError {}
extension WorkGroupSizeError: KindedError {}

extension PassError: KindedError {
  /// The request named a pass that does not exist.
  package var failureKind: Failure.Kind { .usage }
}
