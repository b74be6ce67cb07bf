import Pipeline

/// The text format of Prometheus (version 0.0.4): what a node exporter's textfile collector reads.
struct MetricsText {
  enum Kind: String { case counter, gauge }

  private var text = ""

  /// One metric with a value for each set of labels, which stand in the order given.
  mutating func add(
    _ name: String, _ kind: Kind, _ help: String, _ values: [(labels: [(String, String)], value: Double)]
  ) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    for (labels, value) in values {
      let list = labels.map { "\($0.0)=\"\(MetricsText.escaped($0.1))\"" }.joined(separator: ",")
      text += name + (list.isEmpty ? "" : "{\(list)}") + " \(MetricsText.number(value))\n"
    }
  }

  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    add(name, kind, help, [([], value)])
  }

  /// What every run has.
  mutating func addRun(_ status: ExitStatus, startedAt: Int64, elapsedNanoseconds: UInt64) {
    add("trackfill_run_exit_status", .gauge, "Exit status of the last run.", Double(status.rawValue))
    add(
      "trackfill_run_finished_timestamp_seconds", .gauge, "When the last run ended.",
      Double(startedAt / 1000 + Int64(elapsedNanoseconds / 1_000_000_000)))
  }

  func finish() -> String { text }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
