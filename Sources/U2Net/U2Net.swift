// A program imports U2Net and nothing else: what its signatures name of other modules is re-exported here, and no more.
@_exported public import class Caches.Cache
@_exported public import enum Caches.CacheLocation
@_exported public import struct Caches.PoCLCache
@_exported public import enum Compositing.Backdrop
@_exported public import struct Matting.AlphaMatte
@_exported public import Models
@_exported public import enum Tensors.Precision
