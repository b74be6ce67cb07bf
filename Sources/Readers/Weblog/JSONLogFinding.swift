/// Why a line of a JSON log is no record, in words.
enum JSONLogFinding {
  /// - Parameters:
  ///   - what: what the text is, or is not: `not a number`.
  ///   - text: of foreign origin, so it is escaped and cut.
  static func value(
    _ code: String, _ name: String, _ what: String, _ text: UnsafeBufferPointer<UInt8>
  ) -> RecordFinding {
    RecordFinding(
      code, "'\(name)' is \(what): '\(ValueFinding.excerpt(text))'",
      hint: code == "R104"
        ? "add the text to `missing` if it stands for no value" : "times without an offset from UTC need `zone`")
  }

  static func missing(_ name: String) -> RecordFinding {
    RecordFinding(
      "R105", "'\(name)' is missing, which every record needs",
      hint: "the line is not an access log, or `format` is another")
  }

  /// - Parameter isWrapped: whether the object is a container's, with the line within it.
  static func untold(isWrapped: Bool) -> RecordFinding {
    RecordFinding(
      "R105", "no field of a request has a value: neither address, target nor status",
      hint: isWrapped
        ? "unwrap the container's lines: jq -rj .log FILE | trackfill convert … -"
        : "the line is not an access log; reader jsonl reads any JSON")
  }
}
