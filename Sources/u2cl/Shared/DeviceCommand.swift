/// A command that runs networks on devices.
protocol DeviceCommand {
  var device: DeviceOptions { get }
}

extension RunCommand: DeviceCommand {}
extension StreamCommand: DeviceCommand {}
extension VideoCommand: DeviceCommand {}
extension WarmCache: DeviceCommand {}
extension EvalCommand: DeviceCommand {}
extension BenchCommand: DeviceCommand {}
extension TuneCommand: DeviceCommand {}
extension CompareCommand: DeviceCommand {}
