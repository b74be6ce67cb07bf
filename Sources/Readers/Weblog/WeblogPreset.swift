/// A log format that has a name.
struct WeblogPreset: Sendable {
  enum Shape: Sendable {
    /// As an Apache or nginx text.
    case text(String)
    /// Values behind one another: see `ColumnLayout`.
    case columns(ColumnLayout)
  }

  let name: String
  let summary: String
  /// Where the server's documentation describes it.
  let source: String
  /// Lines that it must read, one record at least.
  let sample: String
  let shape: Shape

  static func named(_ name: String) -> WeblogPreset? { all.first { $0.name == name } }
}
