// What the signatures of this module name of other modules, so that importing this one is enough.
@_exported public import struct Downloads.Checksum
@_exported public import enum Downloads.DownloadEvent
@_exported public import struct Downloads.DownloadProgress
@_exported public import struct Downloads.TransferLimits
@_exported public import struct Files.FilePath
@_exported public import Pictures
@_exported public import struct Tensors.Shape
@_exported public import struct Tensors.Size
@_exported public import struct Tensors.Tensor

/// The version of this release.
public let u2clVersion = "0.1.0"
