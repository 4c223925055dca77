extension Device {
  /// Whether it is a CPU with one of the drivers that u2cl is tested with on every change, PoCL and Intel's runtime: what
  /// it computes is not checked again before it is used, and its compilers are given hints beyond OpenCL C.
  public var isOfKnownCPUDriver: Bool {
    kind == .cpu && (platform.name == Platform.poclName || platform.vendor == "Intel(R) Corporation")
  }
}
