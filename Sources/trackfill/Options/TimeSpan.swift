import ArgumentParser

/// `500ms`, `30s`, `10m`, `1h`, `2d`; at most ten years.
struct TimeSpan: OptionValue, Sendable, Equatable {
  static let form = "a number and a unit, such as 500ms, 30s, 10m, 1h or 2d"

  let milliseconds: Int64

  init(milliseconds: Int64) { self.milliseconds = milliseconds }

  init?(argument: String) {
    for (suffix, unit) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
    where argument.hasSuffix(suffix) {
      guard let number = OptionText.number(argument.dropLast(suffix.count)), number <= 3650 * 86_400_000 / unit else {
        continue
      }
      milliseconds = Int64(number) * Int64(unit)
      return
    }
    return nil
  }
}
