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
  /// An object that is of no use here, such as a hyper-parameter; nothing is known of it.
  case inert
}

/// The classes and functions that a pickle may name; all others are refused. None of them is called: what the classes
/// of settings would make is an `inert` value.
enum PickleGlobal: Hashable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storage(ElementType)
  /// A class of settings or numbers that training frameworks save beside the weights.
  case setting

  /// The name in a module; nil if it is refused.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", _), ("torch.cuda", _):
      if let type = Self.storages[name] {
        self = .storage(type)
      } else if module == "torch", Self.types.contains(name) {
        self = .setting
      } else {
        return nil
      }
    default:
      guard Self.settings[module]?.contains(name) ?? Self.isSetting(module, name) else { return nil }
      self = .setting
    }
  }

  /// Types of PyTorch that settings name.
  private static let types: Set<String> = [
    "device", "Size", "dtype", "float", "float16", "float32", "float64", "half", "double", "bfloat16", "int8", "int16",
    "int32", "int64", "uint8", "bool", "Generator",
  ]

  /// The classes of settings in general modules.
  private static let settings: [String: Set<String>] = [
    "argparse": ["Namespace"], "types": ["SimpleNamespace"],
    "pathlib": ["Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "PurePath"],
    "pathlib._local": ["Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "PurePath"],
    "collections": ["defaultdict", "Counter", "deque"],
    "builtins": [
      "set", "frozenset", "complex", "slice", "range", "bytearray", "dict", "list", "int", "float", "object",
    ],
    "__builtin__": ["set", "frozenset", "complex", "slice", "bytearray", "dict", "list", "object"],
    "_codecs": ["encode"], "copyreg": ["_reconstructor"], "copy_reg": ["_reconstructor"],
    "typing": ["Any"], "datetime": ["datetime", "timedelta", "date"], "uuid": ["UUID"],
    "numpy": ["dtype", "ndarray", "float32", "float64", "int32", "int64"], "numpy.dtypes": ["Float64DType"],
    "numpy.core.multiarray": ["scalar", "_reconstruct"], "numpy._core.multiarray": ["scalar", "_reconstruct"],
    "easydict": ["EasyDict"], "addict.addict": ["Dict"], "yacs.config": ["CfgNode"],
  ]

  /// Whether the name is that of a class of Lightning's, OmegaConf's or ML Collections' settings.
  private static func isSetting(_ module: String, _ name: String) -> Bool {
    let families = ["omegaconf", "pytorch_lightning", "lightning", "lightning_fabric", "ml_collections"]
    guard let family = module.split(separator: ".").first, families.contains(String(family)) else { return false }
    return name.first?.isUppercase == true
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
