/// A value that `Unpickler` can build. Containers are indices into the unpickler's arrays, so that a pickle which nests
/// a million lists, or puts a list into itself, neither overflows the stack nor leaks memory.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer of more than 64 bits: its bytes, in little-endian two's complement.
  case long([UInt8])
  case float(Double)
  case string(String)
  case bytes
  /// An index into `sequences`.
  case tuple(Int)
  /// An index into `sequences`.
  case list(Int)
  /// An index into `dictionaries`.
  case dictionary(Int)
  /// One of the names that a pickle may use.
  case global(PickleGlobal)
  /// An index into `storages`.
  case storage(Int)
  /// An index into `tensors`.
  case tensor(Int)
}

/// The classes and functions that a pickle may name; all others are refused.
enum PickleGlobal: Hashable {
  case orderedDictionary
  case rebuildTensor
  case rebuildTensorV2
  case rebuildParameter
  case storage(ElementType)

  /// The name in a module; nil if it is refused.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _), ("torch.cuda", _):
      guard let type = Self.storages[name] else { return nil }
      self = .storage(type)
    default: return nil
    }
  }

  private static let storages: [String: ElementType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
    "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8,
    "BoolStorage": .bool,
  ]
}

/// An array of elements that tensors are views of. Its bytes are elsewhere in the file, under `key`.
struct PickledStorage: Hashable {
  let key: String
  let elementType: ElementType
  /// In elements.
  let count: Int
}

/// A view of a storage, with checked bounds.
struct PickledTensor {
  let storage: PickledStorage
  /// In elements.
  let offset: Int
  let dimensions: [Int]
  /// In elements.
  let strides: [Int]

  /// - Throws: `FormatError` if the view leaves its storage or has more elements than it.
  init(storage: PickledStorage, offset: Int, dimensions: [Int], strides: [Int]) throws {
    guard let count = checkedElementCount(dimensions), strides.count == dimensions.count,
      offset >= 0, strides.allSatisfy({ $0 >= 0 })
    else { throw FormatError.damaged("a tensor of shape \(dimensions) with strides \(strides) is not possible") }
    guard count <= storage.count else {
      throw FormatError.damaged(
        "a tensor of shape \(dimensions) is larger than its storage of \(storage.count) elements")
    }
    var last = count == 0 ? 0 : offset
    if count > 0 {
      for (extent, stride) in zip(dimensions, strides) {
        let (step, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
        let (sum, overflowed) = last.addingReportingOverflow(step)
        guard !overflow, !overflowed else { throw FormatError.damaged("the strides \(strides) of a tensor overflow") }
        last = sum
      }
      guard last < storage.count else {
        throw FormatError.damaged("a tensor reaches element \(last) of a storage of \(storage.count)")
      }
    }
    self.storage = storage
    self.offset = count == 0 ? 0 : offset
    self.dimensions = dimensions
    self.strides = strides
  }
}
