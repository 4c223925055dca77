/// The devices of this machine, and why others are not listed.
public struct DeviceList: Sendable {
  /// All usable devices, best first: discrete GPUs, integrated GPUs, accelerators, CPUs, software renderers, others;
  /// among equals, the device with more compute units. Commands number devices in this order.
  public let devices: [Device]
  /// The platforms and devices that are left out because a query failed, each in one line.
  public let problems: [String]

  /// Queries all drivers. A driver or device that fails does not hide the others.
  ///
  /// - Throws: `CLError` if the loader fails.
  public init() throws(CLError) {
    var (devices, problems): ([Device], [String]) = ([], [])
    for (number, platform) in try Platform.listed().enumerated() {
      var name = "OpenCL platform \(number)"
      do throws(CLError) {
        let platform = try platform.get()
        name = platform.name
        for (index, device) in try platform.listedDevices().enumerated() {
          switch device {
          case .success(let device): devices.append(device)
          case .failure(let error): problems.append("device \(index) of \(name) is left out: \(error)")
          }
        }
      } catch {
        problems.append("\(name) is left out: \(error)")
      }
    }
    self.devices = devices.enumerated().sorted { a, b in
      (a.element.rank, -a.element.computeUnits, a.offset) < (b.element.rank, -b.element.computeUnits, b.offset)
    }.map(\.element)
    self.problems = problems
  }
}

extension Device {
  /// All usable devices of this machine, best first.
  ///
  /// - Throws: `CLError` if the loader fails.
  public static func all() throws(CLError) -> [Device] { try DeviceList().devices }

  /// Whether the device is Mesa's software renderer, which reports more compute units than the processor has cores and
  /// is slower than any driver that is made for CPUs.
  public var isSoftwareRenderer: Bool { name.contains("llvmpipe") || name.contains("softpipe") }

  fileprivate var rank: Int {
    if isSoftwareRenderer { return 4 }
    return switch kind {
    case .gpu: sharesHostMemory ? 1 : 0
    case .accelerator: 2
    case .cpu: 3
    case .other: 5
    }
  }
}
