import COpenCL

/// A value that can be a kernel's argument.
public protocol KernelArgument {
  /// Calls `body` with the size and the bytes of the kernel's parameter, and returns its result.
  func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32
}

extension KernelArgument where Self: BitwiseCopyable {
  /// The value's own bytes.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafeBytes(of: self) { bytes in
      guard let base = bytes.baseAddress else { return CLStatus.invalidKernelArgs.rawValue }
      return body(bytes.count, base)
    }
  }
}

/// OpenCL C's `int`.
extension Int32: KernelArgument {}
/// OpenCL C's `uint`.
extension UInt32: KernelArgument {}
/// OpenCL C's `ulong`.
extension UInt64: KernelArgument {}
/// OpenCL C's `float`.
extension Float: KernelArgument {}
/// OpenCL C's `int2`, `ulong2` and the like.
extension SIMD2: KernelArgument where Scalar: KernelArgument {
  /// Calls `body` with the bytes in OpenCL C's layout.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafePointer(to: self) { body(MemoryLayout<Self>.size, $0) }
  }
}
/// OpenCL C's `int4` and the like.
extension SIMD4: KernelArgument where Scalar: KernelArgument {
  /// Calls `body` with the bytes in OpenCL C's layout.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafePointer(to: self) { body(MemoryLayout<Self>.size, $0) }
  }
}

/// OpenCL C's `int8`, `ulong8` and the like.
extension SIMD8: KernelArgument where Scalar: KernelArgument {
  /// Calls `body` with the bytes in OpenCL C's layout.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafePointer(to: self) { body(MemoryLayout<Self>.size, $0) }
  }
}

/// OpenCL C's `__global` pointer.
extension Buffer: KernelArgument {
  /// Calls `body` with the bytes in OpenCL C's layout.
  public func withKernelBytes(_ body: (_ size: Int, _ bytes: UnsafeRawPointer) -> Int32) -> Int32 {
    withUnsafePointer(to: handle) { body(MemoryLayout<OpaquePointer>.size, $0) }
  }
}
