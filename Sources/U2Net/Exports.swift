// A program that masks pictures imports U2Net and nothing else: pictures, masks and colours are part of its face.
@_exported public import Images
@_exported public import Tensors
