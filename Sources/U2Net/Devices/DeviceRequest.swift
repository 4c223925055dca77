/// The requested device.
public enum DeviceRequest: Hashable, Sendable {
  /// The best device: a GPU, otherwise a CPU through OpenCL, otherwise the reference.
  case auto
  /// The OpenCL device with a number among those of a kind; 0 is the best.
  case kind(Kind, number: Int = 0)
  /// The CPU reference, which needs no OpenCL.
  case reference
  /// The device with this index in `ComputeDevice.all()`.
  case index(Int)
  /// The first device whose name, vendor or platform contains this text, ignoring case.
  case name(String)

  /// The kinds that can be requested.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A graphics processor.
    case gpu
    /// The host's processor through OpenCL.
    case cpu
    /// Hardware that is made for computing only.
    case accelerator

    var deviceKind: ComputeDevice.Kind {
      switch self {
      case .gpu: .gpu
      case .cpu: .cpu
      case .accelerator: .accelerator
      }
    }
  }

  /// Reads `auto`, `gpu`, `cpu`, `accelerator`, `gpu:1`, `reference`, a number, or a part of a name.
  public init(_ text: String) {
    let parts = text.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    if let index = Int(text), index >= 0 {
      self = .index(index)
    } else if text.lowercased() == "auto" {
      self = .auto
    } else if text.lowercased() == "reference" {
      self = .reference
    } else if let kind = parts.first.flatMap(Kind.init), parts.count == 1 {
      self = .kind(kind)
    } else if parts.count == 2, let kind = Kind(rawValue: parts[0]), let number = Int(parts[1]), number >= 0 {
      self = .kind(kind, number: number)
    } else {
      self = .name(text)
    }
  }
}

extension DeviceRequest: CustomStringConvertible {
  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .auto: "auto"
    case .kind(let kind, number: 0): kind.rawValue
    case .kind(let kind, let number): "\(kind.rawValue):\(number)"
    case .reference: "reference"
    case .index(let index): "\(index)"
    case .name(let name): name
    }
  }
}

extension DeviceRequest {
  /// Whether another device may stand in: not if one device was named.
  package var mayFallBack: Bool {
    switch self {
    case .auto, .kind: true
    case .reference, .index, .name: false
    }
  }
}
