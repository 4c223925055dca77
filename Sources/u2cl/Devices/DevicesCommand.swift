import ArgumentParser
import Models
import U2Net

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List the devices that a network can run on, the best first.")

  @Flag(help: "Write the list as JSON, with more properties.")
  var json = false

  func run() throws {
    let caches = PersistentCaches()
    let (devices, problems) = try DeviceDescription.listed()
    for problem in problems { Console.error(problem) }
    let uses: [PersistentCaches.Use] = devices.map { ($0.platform, nil) }
    defer { caches.warn(of: devices.isEmpty ? [(nil, DriverList.absence ?? "none")] : uses) }
    if json { return try Console.json(devices) }
    let head = ["#", "kind", "name", "platform", "units", "memory", "version", "driver"]
    let rows = devices.enumerated().map { index, device in
      [
        "\(index)", device.kind.rawValue, device.name, device.platform, "\(device.computeUnits)",
        "\(device.globalMemory >> 20) MiB", device.version, device.driver,
      ]
    }
    try Console.write(Format.table([head] + rows + [["-", "reference", "plain CPU path, without OpenCL"]]))
    if devices.isEmpty, problems.isEmpty {
      Console.error(
        "no OpenCL device was found; \(DriverList.absence ?? "install a driver, such as pocl-opencl-icd for any CPU")")
    }
  }
}
