// A program that masks pictures imports U2Net and nothing else: pictures, masks, colours, the cache and downloads are
// part of its face.
@_exported public import Caches
@_exported public import Compositing
@_exported public import Downloads
@_exported public import Pictures
@_exported public import Matting
@_exported public import Tensors
