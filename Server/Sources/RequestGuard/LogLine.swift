/// A line of the log, as it is put together. Whatever is added as text stays within the line and within its quotes.
struct LogLine {
  private(set) var bytes: [UInt8]
  /// The most bytes of a text.
  static let textLimit = 200

  init(_ start: String) {
    bytes = []
    bytes.reserveCapacity(320)
    bytes += start.utf8
  }

  /// Adds what the program itself says.
  mutating func add(raw: String) { bytes += raw.utf8 }

  /// Adds a string of JSON. A text that is too long is cut.
  mutating func add(string: String) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in Self.cut(string) {
      switch scalar {
      case "\"", "\\":
        bytes.append(UInt8(ascii: "\\"))
        bytes += String(scalar).utf8
      default: Self.isPlain(scalar) ? bytes += String(scalar).utf8 : addEscape(scalar)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Adds a text without quotes, where spaces and control characters become question marks.
  mutating func add(word: String) {
    for scalar in Self.cut(word) {
      if Self.isPlain(scalar), scalar.value > 0x20 || scalar == " " {
        bytes += String(scalar).utf8
      } else {
        bytes.append(UInt8(ascii: "?"))
      }
    }
  }

  private static func cut(_ text: String) -> String.UnicodeScalarView.SubSequence {
    text.unicodeScalars.prefix(textLimit)
  }

  /// Whether a character cannot end the line, hide or turn what is beside it.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: true
    }
  }

  private mutating func addEscape(_ scalar: Unicode.Scalar) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      bytes += "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8
    }
  }

  /// Adds milliseconds with three places.
  mutating func add(milliseconds duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let microseconds = max(0, seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    bytes += "\(microseconds / 1000).".utf8
    add(Int(microseconds % 1000), digits: 3)
  }

  /// Adds a time as RFC 3339 writes it, in UTC with milliseconds.
  mutating func add(time: Double) {
    let milliseconds = Int(max(0, min(time, 253_402_300_799)) * 1000)
    let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let date = Self.date(days)
    add(date.year, digits: 4)
    for part in [date.month, date.day] {
      bytes.append(UInt8(ascii: "-"))
      add(part, digits: 2)
    }
    for (sign, part) in [("T", rest / 3_600_000), (":", rest / 60_000 % 60), (":", rest / 1000 % 60)] {
      bytes += sign.utf8
      add(part, digits: 2)
    }
    bytes.append(UInt8(ascii: "."))
    add(rest % 1000, digits: 3)
    bytes.append(UInt8(ascii: "Z"))
  }

  /// The date of a day after 1970-01-01, in the Gregorian calendar; years begin with March on the way.
  private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    )
  }

  private mutating func add(_ number: Int, digits: Int) {
    let text = "\(number)"
    bytes += repeatElement(UInt8(ascii: "0"), count: max(0, digits - text.utf8.count))
    bytes += text.utf8
  }
}
