/// The devices of this machine, and what kept others from being listed.
public struct DeviceList: Sendable {
  /// Every device that can be used, best first: discrete GPUs, integrated GPUs, accelerators, CPUs, software
  /// renderers, the rest; among equals the one with more compute units. This is the numbering of every command.
  public let devices: [Device]
  /// The platforms and devices that are left out because a query of theirs failed, each in one line.
  public let problems: [String]

  /// Asks every driver. One that fails hides neither the others nor the rest of its own devices.
  ///
  /// - Throws: `CLError` where the loader itself fails.
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
  /// Every device of this machine, best first.
  ///
  /// - Throws: `CLError` where the loader itself fails.
  public static func all() throws(CLError) -> [Device] { try DeviceList().devices }

  /// Whether it is Mesa's software renderer: it says that it has more units than the processor has cores, and computes
  /// slower than any driver that is made for CPUs.
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
