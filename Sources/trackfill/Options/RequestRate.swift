import ArgumentParser

/// `200/s`, `200`, `30/m`: requests in a time.
struct RequestRate: OptionValue, Sendable {
  static let form = "a number of requests in a time, such as 200/s or 30/m"

  let perSecond: Double

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    let units = ["s": 1.0, "m": 60, "h": 3600]
    guard let first = parts.first, let number = OptionText.number(first), number > 0, parts.count <= 2,
      let unit = units[parts.count == 2 ? String(parts[1]) : "s"]
    else { return nil }
    perSecond = Double(number) / unit
  }
}
