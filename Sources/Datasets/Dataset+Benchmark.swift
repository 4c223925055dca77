extension Dataset {
  /// The benchmarks of the U²-Net paper.
  package enum Benchmark: String, Sendable, CaseIterable, Codable {
    /// 5,168 pictures.
    case dutOMRON = "DUT-OMRON"
    /// 5,019 pictures.
    case dutsTE = "DUTS-TE"
    /// 4,447 pictures.
    case hkuIS = "HKU-IS"
    /// 1,000 pictures.
    case ecssd = "ECSSD"
    /// 850 pictures.
    case pascalS = "PASCAL-S"
    /// 300 pictures.
    case sod = "SOD"

    /// Finds the benchmark whose name a folder of the path begins with, such as `ECSSD-125` or `PASCAL_S`; the
    /// innermost folder wins.
    package init?(path: String) {
      func letters(_ text: some StringProtocol) -> String { text.uppercased().filter { $0.isLetter } }
      for folder in path.split(separator: "/").reversed() {
        guard let match = Self.allCases.first(where: { letters(folder).hasPrefix(letters($0.rawValue)) }) else {
          continue
        }
        self = match
        return
      }
      return nil
    }
  }
}
