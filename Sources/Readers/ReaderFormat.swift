public import Pipeline

/// A named format of a reader, as the catalogue lists it.
public struct ReaderFormat: Sendable {
  public let name: String
  /// One line.
  public let summary: String
  /// Where it is documented.
  public let source: String
  /// An input that the reader must read.
  public let sample: String
  /// The server's own text for it, if it has one.
  public let text: String?
  /// What a mapping must say beside the name.
  public let needs: [String]
  /// What a mapping can name.
  public let fields: [Schema.Field]

  public init(
    name: String, summary: String, source: String, sample: String, text: String? = nil, needs: [String] = [],
    fields: [Schema.Field]
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.sample = sample
    self.text = text
    self.needs = needs
    self.fields = fields
  }
}
