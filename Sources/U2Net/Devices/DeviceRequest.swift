/// Which device is asked for.
public enum DeviceRequest: Hashable, Sendable {
  /// The best there is: a GPU, else an OpenCL CPU, else the reference.
  case auto
  /// The best OpenCL device of a kind, or the one of that number among them.
  case kind(Kind, number: Int = 0)
  /// The plain CPU path, without OpenCL.
  case reference
  /// The device of that number in `u2cl devices`.
  case index(Int)
  /// The first device whose name, vendor or platform contains this, regardless of case.
  case name(String)

  /// What can be asked for by kind.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A graphics processor.
    case gpu
    /// The host's processor through OpenCL.
    case cpu
    /// Hardware made for computing only.
    case accelerator
  }

  /// `auto`, `gpu`, `cpu`, `accelerator`, `gpu:1`, `reference`, a number, or a part of a name.
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
  /// What `init(_:)` takes.
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
