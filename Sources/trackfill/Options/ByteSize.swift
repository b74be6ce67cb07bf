import ArgumentParser

/// `4096`, `256K`, `256M`, `2G`; binary multiples.
struct ByteSize: OptionValue, Sendable, Equatable {
  static let form = "a size, such as 256M, 2G, 64K or 4096"

  let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    var digits = argument[...]
    var shift = 0
    for suffix in ["iB", "B", "b"] where digits.hasSuffix(suffix) {
      digits = digits.dropLast(suffix.count)
      break
    }
    switch digits.last {
    case "k", "K": shift = 10
    case "m", "M": shift = 20
    case "g", "G": shift = 30
    default: break
    }
    if shift > 0 { digits = digits.dropLast() }
    guard let value = OptionText.number(digits), value > 0, value <= Int.max >> (shift + 4) else { return nil }
    bytes = value << shift
  }
}
