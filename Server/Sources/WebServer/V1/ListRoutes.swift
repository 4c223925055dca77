internal import HTTPTypes
internal import PictureService
internal import U2Net

/// What requests may choose from: models and devices.
enum ListRoutes {
  static var all: [Route] {
    [
      Route(.get, "/v1/models") { exchange in
        do throws(PictureService.Problem) {
          let models = try await exchange.server.service.models(by: exchange.deadline)
          return .json(.ok, ModelList(models: models.map(ModelList.Entry.init)))
        } catch {
          throw Refusal(error)
        }
      },
      Route(.get, "/v1/devices") { exchange in
        // A driver that hangs must not keep the list.
        let devices = await exchange.server.service.devices(by: .now + .seconds(3))
        return .json(.ok, DeviceList(devices: devices.enumerated().map { DeviceList.Entry($1, isDefault: $0 == 0) }))
      },
    ]
  }
}

/// The models that requests may name.
private struct ModelList: Encodable {
  struct Entry: Encodable {
    let name: String
    let builtIn: Bool
    let isDefault: Bool
    let loaded: Bool
    let bytes: Int?
    let task: ModelTask?
    let inputWidth: Int?
    let inputHeight: Int?
    let purpose: String?
    let licence: String?

    init(_ model: ModelListing) {
      (name, builtIn, isDefault, loaded) = (model.name, model.isBuiltIn, model.isDefault, model.isLoaded)
      (bytes, task) = (model.byteCount, model.task)
      (inputWidth, inputHeight) = (model.inputSize?.width, model.inputSize?.height)
      (purpose, licence) = (model.purpose, model.licence)
    }
  }

  let models: [Entry]
}

/// The devices of the machine, and which of them requests may name.
private struct DeviceList: Encodable {
  struct Entry: Encodable {
    let id: String
    let name: String?
    let kind: ComputeDevice.Kind?
    let platform: String?
    let isUsed: Bool
    let isDefault: Bool
    let problem: String?

    init(_ device: DeviceListing, isDefault: Bool) {
      (id, name, kind, platform) = (device.id, device.name, device.kind, device.platform)
      (isUsed, self.isDefault, problem) = (device.isUsed, isDefault && device.isUsed, device.problem)
    }
  }

  let devices: [Entry]
}
