/// A log format that has a name.
struct WeblogPreset: Sendable {
  enum Shape: Sendable {
    /// As an Apache or nginx text.
    case text(String)
    /// Values behind one another: see `ColumnLayout`.
    case columns(ColumnLayout)
    /// Values under keys of JSON lines: see `JSONLogLayout`.
    case json(JSONLogLayout)
  }

  /// What lines must show beside their form, where logs of other kinds have the same.
  enum Proof: Sendable {
    /// That numbers are seconds of listening.
    case listening
    /// That numbers are bytes of whole messages.
    case traffic
    /// That a text is a list of addresses.
    case proxies
  }

  let name: String
  let summary: String
  /// Where the server's documentation describes it.
  let source: String
  /// Lines that it must read, one record at least.
  let sample: String
  /// For those who guess.
  var proof: Proof?
  let shape: Shape

  /// - Throws: `FormatError` if its text cannot be read, which a test excludes.
  func reader(_ settings: WeblogSettings) throws -> WeblogReader {
    switch shape {
    case .text(let text):
      var plan = try FormatPlan(LogFormatText.read(text, escape: nil))
      plan.title = name
      return WeblogReader(plan: plan, settings: settings)
    case .columns(let layout): return WeblogReader(layout: layout, title: name, settings: settings)
    case .json(let layout): return WeblogReader(json: layout, title: name, settings: settings)
    }
  }

  static func named(_ name: String) -> WeblogPreset? { all.first { $0.name == name } }
}
