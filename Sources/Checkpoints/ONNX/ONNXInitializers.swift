import FoundationEssentials
import SwiftProtobuf
import Tensors

/// The weights of an ONNX file: the position of each initializer's elements, found without decoding them.
struct ONNXInitializers {
  /// Every numeric initializer, by name.
  private(set) var entries: [String: StoredTensor] = [:]
  /// The initializers that are small enough for computations of sizes.
  private(set) var constants: [String: HostTensor] = [:]
  /// The files beside the model.
  var externalFiles: [MappedFile] { external.files }
  private var external: ExternalData

  /// Finds every `initializer` (field 5) in `Model.graph` (field 7).
  ///
  /// - Throws: `CheckpointError` naming the tensor.
  init(_ file: MappedFile) throws {
    external = ExternalData(besides: file)
    let tensors = try file.reading { bytes in
      try WireFields.all(bytes, in: 0..<bytes.count).filter { $0.number == 7 && $0.wireType == 2 }.flatMap { graph in
        try WireFields.all(bytes, in: graph.content).filter { $0.number == 5 && $0.wireType == 2 }.map(\.content)
      }
    }
    for range in tensors { try add(range, of: file) }
  }

  private mutating func add(_ range: Range<Int>, of file: MappedFile) throws {
    let (header, bulk) = try file.reading { try Self.header(of: range, in: $0) }
    try file.reading("tensor '\(header.name)'") { bytes in
      guard let type = header.elementType else { return }
      let (dimensions, count) = try header.shape()
      if header.isExternal {
        try addExternal(header, type, dimensions, count)
        return
      }
      if let bulk {
        let (needed, overflow) = count.multipliedReportingOverflow(by: type.byteCount ?? 0)
        guard !overflow, needed == bulk.count else {
          throw FormatError.damaged("\(dimensions) of \(type) does not fill its \(bulk.count) bytes")
        }
        entries[header.name] = StoredTensor(elementType: type, shape: Shape(dimensions), location: bulk)
      } else {
        entries[header.name] = StoredTensor(elementType: type, shape: Shape(dimensions), decoded: try header.floats())
      }
      if count <= HostTensor.largestCount {
        constants[header.name] = try ProtoTensor(copying: bytes[range]).hostTensor()
      }
    }
  }

  private mutating func addExternal(
    _ header: ProtoTensor, _ type: ElementType, _ dimensions: [Int], _ count: Int
  ) throws {
    let (needed, overflow) = count.multipliedReportingOverflow(by: type.byteCount ?? 0)
    guard !overflow else { throw FormatError.damaged("its shape \(dimensions) is not possible") }
    let (source, range) = try external.location(of: header, byteCount: needed)
    entries[header.name] = StoredTensor(elementType: type, shape: Shape(dimensions), location: range)
      .located(inFile: source)
    if count <= HostTensor.largestCount {
      var inside = ProtoTensor()
      (inside.dims, inside.dataType) = (header.dims, header.dataType)
      inside.rawData = Data(external.bytes(source, range))
      constants[header.name] = try inside.hostTensor()
    }
  }

  /// The message without its elements, and the position of the elements: `raw_data` (field 9), packed `float_data` (4)
  /// of a float32 tensor, or packed `double_data` (10) of a float64 one. Elements written in another way stay in the
  /// message.
  private static func header(
    of range: Range<Int>, in bytes: UnsafeRawBufferPointer
  ) throws -> (header: ProtoTensor, bulk: Range<Int>?) {
    let fields = try WireFields.all(bytes, in: range)
    let candidates = fields.filter { [4, 9, 10].contains($0.number) && $0.wireType == 2 && !$0.content.isEmpty }
    guard candidates.count == 1, let bulk = candidates.first else {
      return (try ProtoTensor(copying: bytes[range]), nil)
    }
    var rest: [UInt8] = []
    for field in fields where field.whole != bulk.whole { rest.append(contentsOf: bytes[field.whole]) }
    let header = try ProtoTensor(copying: rest)
    let type: ElementType? = bulk.number == 4 ? .float32 : bulk.number == 10 ? .float64 : header.elementType
    guard header.elementType == type else {
      throw FormatError.damaged("the tensor '\(header.name)' holds data of another type than it states")
    }
    return (header, bulk.content)
  }
}

extension ProtoTensor {
  /// Decodes a small message.
  ///
  /// - Throws: `FormatError` if it is malformed.
  init(copying bytes: some Sequence<UInt8>) throws {
    do {
      try self.init(serializedBytes: Array(bytes))
    } catch {
      throw FormatError.damaged("holds a malformed tensor")
    }
  }
}
