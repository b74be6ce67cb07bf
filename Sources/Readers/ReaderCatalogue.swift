public import Pipeline

/// The readers there are. A new one is its file and a row here.
public enum ReaderCatalogue {
  public struct Entry: Sendable {
    public let name: String
    /// One line for `--help` and the documentation.
    public let summary: String
    /// Lists its named formats.
    let listFormats: @Sendable () -> [ReaderFormat]
    /// Recognises its inputs.
    public let sniffer: (any Sniffer)?
    /// Makes the reader of a mapping's `input` settings.
    let make:
      @Sendable (_ settings: ConfigNode, _ file: String, _ preview: InputPreview?) throws(Diagnostics) -> any Reader

    /// The formats that have a name; none where the settings spell the format out.
    public var formats: [ReaderFormat] { listFormats() }
  }

  public static let entries: [Entry] = [
    Entry(
      name: "weblog", summary: "access logs of web servers: presets, Apache LogFormat, nginx log_format",
      listFormats: { WeblogReader.formats() }, sniffer: WeblogSniffer(),
      make: { settings, file, preview throws(Diagnostics) in try WeblogReader.make(settings, file, preview: preview) }),
    Entry(
      name: "csv", summary: "exports in columns: dialects, typed fields, rows grouped to records", listFormats: { [] },
      sniffer: CSVSniffer(), make: { settings, file, _ throws(Diagnostics) in try CSVReader.make(settings, file) }),
    Entry(
      name: "jsonl", summary: "JSON lines: typed fields and lists by path", listFormats: { [] },
      sniffer: JSONLinesSniffer(),
      make: { settings, file, _ throws(Diagnostics) in try JSONLinesReader.make(settings, file) }),
    Entry(
      name: "xml", summary: "XML exports: records, lists and header values by path, read as a stream",
      listFormats: { [] }, sniffer: XMLSniffer(),
      make: { settings, file, _ throws(Diagnostics) in try XMLReader.make(settings, file) }),
  ]

  /// The reader that `settings` (the mapping's `input`) asks for by its key `reader`.
  /// - Parameter preview: the head of the first input, for settings that leave something to it (`format: auto`).
  /// - Throws: everything that is wrong with the settings at once, codes M301 to M309.
  public static func make(
    settings: ConfigNode, file: String, preview: InputPreview? = nil
  ) throws(Diagnostics) -> any Reader {
    let names = entries.map(\.name)
    guard settings.entries != nil else {
      throw Diagnostics([
        Diagnostic(
          "M301", "the input's settings are not a map", remedy: "write `reader: weblog` and `format: combined`",
          file: file, span: settings.span)
      ])
    }
    guard let node = settings["reader"] else {
      throw Diagnostics([
        Diagnostic(
          "M301", "the input names no reader", remedy: "add `reader:` with one of: \(names.joined(separator: ", "))",
          file: file, span: settings.span)
      ])
    }
    guard let entry = entries.first(where: { $0.name == node.text }) else {
      throw Diagnostics([
        Diagnostic(
          "M302", "unknown reader '\(node.text ?? "")'",
          remedy: Suggestion.remedy(for: node.text ?? "", among: names), file: file, span: node.span)
      ])
    }
    return try entry.make(settings, file, preview)
  }
}
