public import Downloads

/// A model that its authors or the rembg project publish.
public struct PublishedModel: Hashable, Sendable {
  /// The name, such as `u2netp`.
  public let name: String
  /// The purpose, in a few words.
  public let purpose: String
  /// The licence of the weights.
  public let licence: String
  /// The files, one for each format; the first is the one that is pulled.
  public let files: [PublishedFile]

  /// Creates a model.
  public init(name: String, purpose: String, licence: String = "Apache-2.0", files: [PublishedFile]) {
    self.name = name
    self.purpose = purpose
    self.licence = licence
    self.files = files
  }
}

/// A file of a published model, and its checksum.
public struct PublishedFile: Hashable, Sendable {
  /// The name of the installed file, such as `u2netp.onnx`.
  public let name: String
  /// The address for downloads; nil if a person has to download the file.
  public let address: String?
  /// The web page for people.
  public let page: String
  /// The size in bytes; nil if none is published.
  public let byteCount: Int?
  /// The strongest published checksum; nil if none is published.
  public let checksum: Checksum?

  /// Creates a file that can be downloaded.
  public init(name: String, address: String, byteCount: Int?, checksum: Checksum?) {
    self.init(name: name, address: address, page: address, byteCount: byteCount, checksum: checksum)
  }

  /// Creates a file that a person has to download.
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
