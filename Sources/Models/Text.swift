extension Int {
  /// A number of bytes for people to read, such as `184.3 KiB`.
  package var formattedSize: String {
    if self < 1 << 10 { return "\(self) B" }
    let (unit, name) = self < 1 << 20 ? (1 << 10, "KiB") : (1 << 20, "MiB")
    let tenths = (self * 10 + unit / 2) / unit
    return "\(tenths / 10).\(tenths % 10) \(name)"
  }
}
