/// A stack machine for the pickles that `torch.save` writes (protocols 2 to 4). It runs no Python: names that are not
/// in `PickleGlobal` are refused, and the only calls are those that `call` implements.
///
/// Source: Python's `pickletools`, which defines every opcode.
struct Unpickler {
  /// The most operations: more than any network's checkpoint has (U²-Net's has 29,000). Each takes a few dozen bytes at
  /// most.
  private static let longestProgram = 2_000_000
  /// The longest string, in bytes; names are shorter.
  private static let longestString = 1 << 16

  /// The tuples and lists.
  private(set) var sequences: [[PickleValue]] = []
  /// The dictionaries: pairs in the order in which they were set. The last pair of a key counts.
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private(set) var storages: [PickledStorage] = []
  private(set) var tensors: [PickledTensor] = []

  private var cursor: ByteCursor
  private var stack: [PickleValue] = []
  /// The heights of the stack at the marks.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// A machine for the pickle at the cursor.
  init(_ cursor: ByteCursor) { self.cursor = cursor }

  /// The position of the next byte; after `run`, of the first byte behind the pickle.
  var position: Int { cursor.position }

  /// Runs the pickle to its `STOP`.
  ///
  /// - Throws: `FormatError`.
  mutating func run() throws -> PickleValue {
    for _ in 0..<Self.longestProgram {
      let code: UInt8 = try cursor.integer()
      if code == UInt8(ascii: ".") {
        guard marks.isEmpty else { throw FormatError.damaged("the pickle stops inside a tuple") }
        return try pop()
      }
      guard let opcode = Opcode(rawValue: code) else {
        throw FormatError.refused(
          "the pickle uses operation 0x\(String(code, radix: 16)) at byte \(cursor.position - 1), which is refused: "
            + "only tensors, dictionaries and numbers are built")
      }
      try execute(opcode)
    }
    throw FormatError.damaged("the pickle has more than \(Self.longestProgram) operations")
  }

  private enum Opcode: UInt8 {
    case proto = 0x80, frame = 0x95
    case mark = 0x28, pop = 0x30, popMark = 0x31, duplicate = 0x32
    case none = 0x4E, newTrue = 0x88, newFalse = 0x89
    case binInt = 0x4A, binInt1 = 0x4B, binInt2 = 0x4D, long1 = 0x8A, binFloat = 0x47
    case binUnicode = 0x58, shortBinUnicode = 0x8C, binUnicode8 = 0x8D, binString = 0x54, shortBinString = 0x55
    case binBytes = 0x42, shortBinBytes = 0x43
    case emptyTuple = 0x29, tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
    case emptyList = 0x5D, append = 0x61, appends = 0x65
    case emptyDictionary = 0x7D, setItem = 0x73, setItems = 0x75
    case binPut = 0x71, longBinPut = 0x72, memoize = 0x94, binGet = 0x68, longBinGet = 0x6A
    case global = 0x63, stackGlobal = 0x93, reduce = 0x52, build = 0x62, newObject = 0x81, binPersistentID = 0x51
    case emptySet = 0x8F, addItems = 0x90, frozenSet = 0x91, long4 = 0x8B, binBytes8 = 0x8E
  }

  private mutating func execute(_ opcode: Opcode) throws {
    switch opcode {
    case .proto: _ = try cursor.skip(1)
    case .frame: _ = try cursor.skip(8)
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.integer(Int(try cursor.integer(Int32.self))))
    case .binInt1: stack.append(.integer(Int(try cursor.integer(UInt8.self))))
    case .binInt2: stack.append(.integer(Int(try cursor.integer(UInt16.self))))
    case .long1: stack.append(try long(byteCount: Int(cursor.integer(UInt8.self))))
    case .binFloat: stack.append(.float(Double(bitPattern: try cursor.integer(UInt64.self).byteSwapped)))
    case .binUnicode, .binString: stack.append(.string(try string(length: Int(cursor.integer(UInt32.self)))))
    case .shortBinUnicode, .shortBinString: stack.append(.string(try string(length: Int(cursor.integer(UInt8.self)))))
    case .binUnicode8: stack.append(.string(try string(length: Int(clamping: cursor.integer(UInt64.self)))))
    case .binBytes: try skipBytes(Int(cursor.integer(UInt32.self)))
    case .shortBinBytes: try skipBytes(Int(cursor.integer(UInt8.self)))
    case .emptyTuple: push(tuple: [])
    case .tuple: push(tuple: try popToMark())
    case .tuple1: push(tuple: try pop(count: 1))
    case .tuple2: push(tuple: try pop(count: 2))
    case .tuple3: push(tuple: try pop(count: 3))
    case .emptyList: push(list: [])
    case .append: try append(pop(count: 1))
    case .appends: try append(popToMark())
    case .emptyDictionary: pushDictionary()
    case .setItem: try setItems(pop(count: 2))
    case .setItems: try setItems(popToMark())
    case .binPut: memo[Int(try cursor.integer(UInt8.self))] = try top()
    case .longBinPut: memo[Int(try cursor.integer(UInt32.self))] = try top()
    case .memoize: memo[memo.count] = try top()
    case .binGet: try get(Int(cursor.integer(UInt8.self)))
    case .longBinGet: try get(Int(cursor.integer(UInt32.self)))
    case .global: stack.append(try global(module: cursor.line(), name: cursor.line()))
    case .stackGlobal: try stackGlobal()
    case .reduce: try reduce()
    case .build: try build()
    case .newObject: try newObject()
    case .emptySet: stack.append(.inert)
    case .addItems: _ = try popToMark()
    case .frozenSet:
      _ = try popToMark()
      stack.append(.inert)
    case .long4: stack.append(try long(byteCount: Int(clamping: cursor.integer(UInt32.self))))
    case .binBytes8: try skipBytes(Int(clamping: cursor.integer(UInt64.self)))
    case .binPersistentID: try loadStorage()
    }
  }
}

// The stack.
extension Unpickler {
  private func top() throws -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw Self.underflow }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func pop(count: Int) throws -> [PickleValue] {
    guard stack.count - count >= marks.last ?? 0 else { throw Self.underflow }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw Self.underflow }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private mutating func get(_ index: Int) throws {
    guard let value = memo[index] else {
      throw FormatError.damaged("the pickle reads memo \(index), which was never set")
    }
    stack.append(value)
  }

  private static var underflow: FormatError { .damaged("the pickle takes more from its stack than there is") }
}

// Scalars.
extension Unpickler {
  private mutating func string(length: Int) throws -> String {
    guard length <= Self.longestString else {
      throw FormatError.unsupported(
        """
        the pickle holds a string of \(length) bytes, as NumPy's arrays are stored; save tensors instead, with \
        torch.save(model.state_dict(), …)
        """)
    }
    return try cursor.text(length)
  }

  private mutating func skipBytes(_ count: Int) throws {
    _ = try cursor.skip(count)
    stack.append(.bytes)
  }

  private mutating func long(byteCount: Int) throws -> PickleValue {
    let bytes = cursor.bytes[try cursor.skip(byteCount)]
    guard byteCount <= 8 else { return .long(Array(bytes)) }
    let negative = (bytes.last ?? 0) & 0x80 != 0
    let bits = bytes.reversed().reduce(negative ? -1 : 0) { $0 << 8 | Int($1) }
    return .integer(bits)
  }
}

// Containers.
extension Unpickler {
  private mutating func push(tuple items: [PickleValue]) {
    sequences.append(items)
    stack.append(.tuple(sequences.count - 1))
  }

  private mutating func push(list items: [PickleValue]) {
    sequences.append(items)
    stack.append(.list(sequences.count - 1))
  }

  private mutating func pushDictionary() {
    dictionaries.append([])
    stack.append(.dictionary(dictionaries.count - 1))
  }

  private mutating func append(_ items: [PickleValue]) throws {
    if case .inert = try top() { return }
    guard case .list(let index) = try top() else {
      throw FormatError.damaged("the pickle appends to a value that is not a list")
    }
    sequences[index].append(contentsOf: items)
  }

  private mutating func setItems(_ items: [PickleValue]) throws {
    if case .inert = try top() { return }
    guard case .dictionary(let index) = try top(), items.count.isMultiple(of: 2) else {
      throw FormatError.damaged("the pickle sets items of a value that is not a dictionary")
    }
    for pair in stride(from: 0, to: items.count, by: 2) {
      dictionaries[index].append((items[pair], items[pair + 1]))
    }
  }

  /// Sets attributes. Those of a dictionary (`_metadata` of a `state_dict`), of a parameter and of settings are
  /// dropped; others are refused.
  private mutating func build() throws {
    _ = try pop()
    switch try top() {
    case .dictionary, .inert, .tensor: break
    default:
      throw FormatError.refused(
        "the pickle sets attributes, which is refused: only tensors, dictionaries and numbers are built")
    }
  }
}

// Names and calls.
extension Unpickler {
  private func global(module: String, name: String) throws -> PickleValue {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw FormatError.refused(
        "the pickle asks for '\(module).\(name)', which is refused: only tensors, dictionaries and numbers are built; "
          + "save the state_dict alone")
    }
    return .global(global)
  }

  private mutating func stackGlobal() throws {
    let names = try pop(count: 2)
    guard case .string(let module) = names[0], case .string(let name) = names[1] else {
      throw FormatError.damaged("the pickle names a global by a value that is not a string")
    }
    stack.append(try global(module: module, name: name))
  }

  private mutating func reduce() throws {
    let operands = try pop(count: 2)
    if case .inert = operands[0] {
      stack.append(.inert)
      return
    }
    guard case .global(let function) = operands[0], case .tuple(let index) = operands[1] else {
      throw FormatError.refused("the pickle calls a value that is not a function, which is refused")
    }
    try call(function, sequences[index])
  }

  /// `cls.__new__(cls, *args)`, which is allowed for settings.
  private mutating func newObject() throws {
    let operands = try pop(count: 2)
    guard case .global(.setting) = operands[0] else {
      throw FormatError.refused(
        "the pickle makes an object, which is refused: only tensors, dictionaries and numbers are built; "
          + "save the state_dict alone")
    }
    stack.append(.inert)
  }

  private mutating func call(_ function: PickleGlobal, _ arguments: [PickleValue]) throws {
    switch function {
    case .orderedDictionary:
      guard arguments.isEmpty else {
        throw FormatError.unsupported("the pickle passes arguments to OrderedDict; save the state_dict again")
      }
      pushDictionary()
    case .rebuildTensor:
      tensors.append(try tensor(arguments))
      stack.append(.tensor(tensors.count - 1))
    case .rebuildParameter:
      guard case .tensor? = arguments.first else {
        throw FormatError.damaged("the pickle makes a parameter of a value that is not a tensor")
      }
      stack.append(arguments[0])
    case .setting: stack.append(.inert)
    case .storage:
      throw FormatError.refused("the pickle calls a storage, which is refused: storages are only read")
    }
  }

  /// A tensor from (storage, offset, size, strides, …); the other arguments do not matter for weights.
  private func tensor(_ arguments: [PickleValue]) throws -> PickledTensor {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .integer(let offset) = arguments[1],
      let dimensions = integers(arguments[2]), let strides = integers(arguments[3])
    else { throw FormatError.damaged("the pickle rebuilds a tensor from the wrong arguments") }
    return try PickledTensor(storage: storages[storage], offset: offset, dimensions: dimensions, strides: strides)
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard case .tuple(let index) = value, sequences[index].count <= 32 else { return nil }
    var result: [Int] = []
    for item in sequences[index] {
      guard case .integer(let number) = item else { return nil }
      result.append(number)
    }
    return result
  }

  /// Adds a storage from ('storage', type, key, device, count[, view]).
  private mutating func loadStorage() throws {
    guard case .tuple(let index) = try pop(), sequences[index].count >= 5 else {
      throw FormatError.damaged("the pickle asks for a storage in an unknown way")
    }
    let id = sequences[index]
    guard case .string("storage") = id[0], case .global(.storage(let type)) = id[1], case .string(let key) = id[2],
      case .integer(let count) = id[4], count >= 0
    else { throw FormatError.damaged("the pickle asks for a storage in an unknown way") }
    if id.count > 5 {
      guard case .none = id[5] else { throw FormatError.unsupported("its storages are views of others; save it again") }
    }
    storages.append(PickledStorage(key: key, elementType: type, count: count))
    stack.append(.storage(storages.count - 1))
  }
}
