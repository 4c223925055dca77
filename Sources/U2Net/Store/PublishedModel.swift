/// A model that its authors, or the rembg project, offer to everyone.
public struct PublishedModel: Hashable, Sendable {
  /// What it is asked for by, such as `u2netp`.
  public let name: String
  /// What it is for, in a few words.
  public let purpose: String
  /// The licence of its weights.
  public let licence: String
  /// Its files, in the formats that it is offered in; the first is the one that is pulled.
  public let files: [PublishedFile]

  /// A model.
  public init(name: String, purpose: String, licence: String = "Apache-2.0", files: [PublishedFile]) {
    self.name = name
    self.purpose = purpose
    self.licence = licence
    self.files = files
  }
}

/// A file of a published model, and what tells it from every other.
public struct PublishedFile: Hashable, Sendable {
  /// Its name where it is installed, such as `u2netp.onnx`.
  public let name: String
  /// Where it can be fetched; nil where a person has to.
  public let address: String?
  /// Where a person finds it.
  public let page: String
  /// Its size in bytes; nil where none is published.
  public let byteCount: Int?
  /// The strongest that is published; nil where none is.
  public let checksum: Checksum?

  /// A file that can be fetched.
  public init(name: String, address: String, byteCount: Int?, checksum: Checksum?) {
    self.init(name: name, address: address, page: address, byteCount: byteCount, checksum: checksum)
  }

  /// A file that a person has to fetch.
  public init(name: String, page: String, checksum: Checksum?) {
    self.init(name: name, address: nil, page: page, byteCount: nil, checksum: checksum)
  }

  private init(name: String, address: String?, page: String, byteCount: Int?, checksum: Checksum?) {
    self.name = name
    self.address = address
    self.page = page
    self.byteCount = byteCount
    self.checksum = checksum
  }
}
