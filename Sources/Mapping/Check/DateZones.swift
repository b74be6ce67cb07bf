internal import Pipeline

/// Dates that take the zone of their input. The day of a record begins at midnight where it was written, but a day of
/// birth, read so in Berlin, is a moment of the day before in UTC, which is how it leaves. Which of the two a field is, only
/// its author knows; so a `zone` of its own says it.
struct DateZones {
  let findings: Findings

  /// What gives a time of day, or makes the zone needless.
  private static let clocks = Set("HIklTRrXcsz")

  func check(_ input: ConfigNode?) {
    guard let input, let zone = input["zone"]?.text, let known = Zone(named: zone), known != .utc,
      !["Etc/UTC", "Etc/Zulu", "GMT"].contains(zone)
    else { return }
    let times = (input["fields"]?.entries ?? []).filter { DateZones.isTime($0.value) }
    let dating = input["time"]?.text ?? (times.count == 1 ? times[0].key : nil)
    for field in times where field.key != dating { check(field, zone) }
    for list in input["fields"]?.entries ?? [] {
      for field in list.value["fields"]?.entries ?? [] where DateZones.isTime(field.value) { check(field, zone) }
    }
  }

  private func check(_ field: ConfigEntry, _ zone: String) {
    guard field.value["zone"] == nil, let format = field.value["format"], let text = format.text, text.contains("%"),
      !DateZones.hasClock(text)
    else { return }
    findings.warn(
      "M215", "'\(field.key)' is a date, and becomes its midnight in \(zone)", at: format.span,
      remedy: "write zone: UTC beside its format, so that the day stays the day, or zone: \(zone) if that is meant")
  }

  private static func isTime(_ node: ConfigNode) -> Bool {
    let type = node.text ?? node["type"]?.text
    return ["instant", "timestamp", "local_time"].contains { type?.split(separator: " ").last.map(String.init) == $0 }
  }

  private static func hasClock(_ format: String) -> Bool {
    var isConversion = false
    for character in format {
      if isConversion, "-_0^#EO".contains(character) { continue }
      if isConversion, clocks.contains(character) { return true }
      isConversion = !isConversion && character == "%"
    }
    return false
  }
}
