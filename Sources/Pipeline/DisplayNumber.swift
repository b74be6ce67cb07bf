/// Numbers as people read them.
public enum DisplayNumber {
  /// `1 test`, `2 tests`.
  public static func plural(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }

  /// `1,234,567`
  public static func grouped(_ value: Int) -> String {
    var digits = Array(String(value.magnitude))
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: at)
      at -= 3
    }
    return (value < 0 ? "-" : "") + String(digits)
  }

  /// `12.3 MiB`
  public static func approximate(bytes: Int) -> String {
    var value = Double(bytes)
    for unit in ["B", "KiB", "MiB", "GiB"] {
      if value < 1024 { return unit == "B" ? "\(bytes) B" : tenths(value) + " " + unit }
      value /= 1024
    }
    return tenths(value) + " TiB"
  }

  /// One decimal place.
  public static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// `20 ms`, `1.5 s`, `3 min 20 s`, `2 h 5 min`
  public static func duration(milliseconds: Int64) -> String {
    if milliseconds < 1_000 { return "\(milliseconds) ms" }
    if milliseconds < 60_000 { return tenths(Double(milliseconds) / 1000) + " s" }
    let seconds = (milliseconds + 500) / 1000
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  }

  /// `12.5 %`; `0.0 %` is never said of something.
  public static func percent(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "0 %" }
    let share = Double(part) * 100 / Double(whole)
    if part > 0, share < 0.1 { return "<0.1 %" }
    if part < whole, share > 99.9 { return "99.9 %" }
    return (share == share.rounded() ? String(Int(share)) : tenths(share)) + " %"
  }
}
