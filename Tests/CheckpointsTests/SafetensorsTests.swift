import Checkpoints
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  @Test func whatIsWrittenIsReadBack() throws {
    let tensors = [
      "b": Tensor.random([3, 5, 2], seed: 1), "a": Tensor.random([], seed: 2),
      "none": Tensor(shape: [0, 4], values: []),
    ]
    let metadata = ["size": "224", "quote": "a \"b\" \\ \n é \u{1}"]
    let bytes = try SafetensorsWriter.bytes(of: ParameterDictionary(tensors), metadata: metadata)
    let checkpoint = try Fixtures.named(CheckpointFile.open(bytes: bytes, name: "memory"))
    #expect(checkpoint.format == .safetensors)
    #expect(checkpoint.metadata == metadata)
    #expect(checkpoint.names == ["a", "b", "none"])
    for (name, tensor) in tensors { #expect(try checkpoint.tensor(named: name) == tensor, "\(name)") }
    let again = try SafetensorsWriter.bytes(of: checkpoint, metadata: checkpoint.metadata)
    #expect(again == bytes, "the same weights give the same bytes")
  }

  /// Matrices as halves, rounded to nearest even; vectors, and matrices that halves cannot hold, as they are.
  @Test func halvesAreStored() throws {
    let weights = Tensor(shape: [2, 2], values: [1 + 0x1p-11, 1 + 3 * 0x1p-11, -65504, 0x1p-25])
    let tensors = [
      "a": weights, "b": Tensor(shape: [2], values: [1.0001, 70000]),
      "c": Tensor(shape: [1, 2], values: [65520, 1.0001]), "d": Tensor.random([3, 1], seed: 3),
    ]
    let bytes = try SafetensorsWriter.bytes(of: ParameterDictionary(tensors), storage: .half)
    let checkpoint = try Fixtures.named(CheckpointFile.open(bytes: bytes, name: "half"))
    let types = checkpoint.entries.mapValues(\.elementType)
    #expect(types == ["a": .float16, "b": .float32, "c": .float32, "d": .float16])
    #expect(try checkpoint.tensor(named: "a").values == [1, 1 + 0x1p-9, -65504, 0])
    for name in ["b", "c"] { #expect(try checkpoint.tensor(named: name) == tensors[name]) }
    for (name, entry) in checkpoint.entries {
      let (location, size) = (try #require(entry.location), try #require(entry.elementType.byteCount))
      #expect(location.lowerBound % size == 0, "\(name) lies at \(location)")
    }
    #expect(try SafetensorsWriter.bytes(of: checkpoint, storage: .half) == bytes)
  }

  @Test func aMissingNameIsSaid() throws {
    let checkpoint = try Fixtures.named(CheckpointFile.open(bytes: file(#"{}"#, data: []), name: "empty"))
    #expect(throws: MissingParameter.self) { try checkpoint.tensor(named: "x") }
    #expect(checkpoint.shape(of: "x") == nil)
  }

  @Test func everyTypeIsWidened() throws {
    let cases: [(type: String, bytes: [UInt8], value: Float)] = [
      ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0xBF], -1.5), ("F32", [0, 0, 0xC0, 0xBF], -1.5), ("F16", [0, 0xBE], -1.5),
      ("BF16", [0xC0, 0xBF], -1.5), ("I64", [0xFE, 255, 255, 255, 255, 255, 255, 255], -2),
      ("I32", [0xFE, 255, 255, 255], -2), ("I16", [0xFE, 255], -2), ("I8", [0xFE], -2), ("U8", [0xFE], 254),
      ("U16", [0xFE, 255], 65534), ("U32", [1, 0, 1, 0], 65537), ("U64", [0, 0, 0, 0, 1, 0, 0, 0], 0x1p32),
      ("BOOL", [1], 1),
    ]
    for (type, bytes, value) in cases {
      let header = #"{"x":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(bytes.count)]}}"#
      let checkpoint = try Fixtures.named(CheckpointFile.open(bytes: file(header, data: bytes), name: type))
      #expect(try checkpoint.tensor(named: "x") == Tensor(shape: [1], values: [value]), "\(type)")
    }
  }

  @Test func aTypeThatCannotBeWidenedIsRefusedOnlyWhenAskedFor() throws {
    let header = #"{"x":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}"#
    let checkpoint = try Fixtures.named(CheckpointFile.open(bytes: file(header, data: [1, 2]), name: "f8.safetensors"))
    #expect(checkpoint.shape(of: "x") == [2])
    let error = #expect(throws: CheckpointError.self) { try checkpoint.tensor(named: "x") }
    #expect(
      error?.description
        == "f8.safetensors: tensor 'x': its type F8_E4M3 cannot be read; save it as F32, F16 or BF16")
  }

  @Test func aPrefixOfDataParallelIsDropped() throws {
    let tensors = ["module.a": Tensor.random([2], seed: 1), "module.b": Tensor.random([3], seed: 2)]
    let bytes = try SafetensorsWriter.bytes(of: ParameterDictionary(tensors))
    #expect(try Fixtures.named(CheckpointFile.open(bytes: bytes, name: "dp")).names == ["a", "b"])
    let mixed = try SafetensorsWriter.bytes(
      of: ParameterDictionary(tensors.merging(["c": tensors["module.a"]!]) { $1 }))
    #expect(try Fixtures.named(CheckpointFile.open(bytes: mixed, name: "dp")).names == ["c", "module.a", "module.b"])
  }

  /// Headers with wrong contents, for 16 bytes of data.
  @Test(arguments: [
    (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,20]}}"#, "do not lie in the 16 bytes"),
    (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}"#, "do not lie"),
    (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[-16,0]}}"#, "do not lie"),
    (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0]}}"#, "do not lie"),
    (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,9223372036854775807]}}"#, "do not lie"),
    (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,99999999999999999999]}}"#, "not a valid one of safetensors"),
    (#"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}"#, "does not fill its 16 bytes"),
    (#"{"x":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}"#, "is not possible"),
    (#"{"x":{"dtype":"F32","shape":[4611686018427387905,4],"data_offsets":[0,16]}}"#, "is not possible"),
    (#"{"x":{"dtype":"F32","shape":[2147483647,2147483647],"data_offsets":[0,16]}}"#, "does not fill"),
    (#"{"x":{"dtype":"F32","shape":[3037000500,3037000500,0],"data_offsets":[0,0]}}"#, "is not possible"),
    (
      #"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"y":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
      "overlaps"
    ),
    (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#, "leaves a gap"),
    (#"{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#, "the rest belongs to none"),
    (
      #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
      ";"
    ),
    (#"{"x":{"dtype":"F32","shape":[4]}}"#, "not a valid one of safetensors"),
    (#"{"x":7}"#, "not a valid one of safetensors"),
    (#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}"#, "not a valid one of safetensors"),
    (
      #"{"__metadata__":{"a":1},"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#,
      "not a valid one of safetensors"
    ),
  ])
  func aLyingHeaderIsDamaged(header: String, reason: String) throws {
    let error = #expect(throws: CheckpointError.self, "\(header)") {
      try CheckpointFile.open(bytes: file(header, data: Array(repeating: 0, count: 16)), name: "lie.safetensors")
    }
    #expect(error?.kind == .damaged)
    #expect(error?.description.hasPrefix("lie.safetensors: ") == true)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test func aHeaderLongerThanTheFileIsDamaged() throws {
    var bytes = file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: [0, 0, 0, 0])
    bytes[2] = 1
    let error = #expect(throws: CheckpointError.self) { try CheckpointFile.open(bytes: bytes, name: "long") }
    #expect(error?.kind == .damaged)
    #expect(error?.reason.contains("claims a header of") == true)
    bytes[7] = 0xFF
    let absurd = #expect(throws: CheckpointError.self) { try CheckpointFile.open(bytes: bytes, name: "absurd") }
    #expect(absurd?.reason.contains("the limit is 100000000") == true)
  }

  /// A safetensors file of the given header and data.
  private func file(_ header: String, data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
  }
}
