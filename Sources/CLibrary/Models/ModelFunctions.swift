public import CLibraryHeader
import Models

/// The list of `u2cl_models`.
private struct ModelList: Encodable {
  let folders: [String]
  let models: [StoredModel]
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_models(_ json: UnsafeMutablePointer<OpaquePointer?>?) -> u2cl_status {
  call(.nothing) {
    let target = try output(json)
    let store = ModelStore()
    try give(json: ModelList(folders: store.folders, models: store.models()), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_model_info(
  _ model: UnsafePointer<CChar>?, _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(json)
    let model = try readPath(model).map { try Model($0) } ?? Model.builtIn()
    try give(json: ModelReport(model), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_model_verify(
  _ name: UnsafePointer<CChar>?, _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    let target = try output(json)
    try give(json: ModelStore().verify(readText(name, "name").map { [$0] } ?? []), to: target)
  }
}

/// See `u2cl.h`.
@c @implementation
public func u2cl_model_remove(
  _ name: UnsafePointer<CChar>?, _ json: UnsafeMutablePointer<OpaquePointer?>?
) -> u2cl_status {
  call {
    json?.pointee = nil
    guard let name = try readText(name, "name") else { throw CallError.usage("the name is NULL") }
    try give(json: ModelStore().remove(name), to: json)
  }
}
