public import Pipeline

/// Finds out whether a reader can read an input, and with which settings. Each reader has one, in its row of the
/// catalogue.
public protocol Sniffer: Sendable {
  /// nil if the input is nothing for the reader.
  func sniff(_ head: SniffHead) -> SniffFinding?
}

/// What an input begins with: decompressed, as UTF-8, cut behind a line.
public struct SniffHead: Sendable {
  public let name: String
  public let bytes: [UInt8]
  /// The same before its encoding was looked at, for readers that do that themselves.
  public let raw: [UInt8]
  /// Whether the input has no more than these.
  public let isComplete: Bool
  /// For times that name no zone, if the user gave one.
  public let zone: String?

  /// Whether `bytes` were made of another encoding.
  public let isConverted: Bool

  /// - Parameter raw: if `bytes` were made of them.
  public init(name: String, bytes: [UInt8], raw: [UInt8]? = nil, isComplete: Bool, zone: String?) {
    self.name = name
    self.bytes = bytes
    self.raw = raw ?? bytes
    isConverted = raw != nil
    self.isComplete = isComplete
    self.zone = zone
  }
}

/// How an input would be read.
public struct SniffFinding: Sendable {
  /// The reader's name in the catalogue.
  public var reader: String
  /// The format or dialect in a few words.
  public var format: String
  /// Records looked at, and those of them that the reader understood.
  public var records: Int
  public var understood: Int
  /// What the mapping's `input` must say behind `reader`.
  public var settings: [PinnedEntry]
  /// What else the user should know.
  public var remarks: [String]
  /// How the input is built, a line each; empty where fields tell it all.
  public var outline: [String] = []
  /// Whether what is understood can be nothing else, so that half of the records are enough: others among them are of the
  /// same program.
  var isUnmistakable = false
  /// A reader with these settings.
  public var made: any Reader

  public init(
    reader: String, format: String, records: Int, understood: Int, settings: [PinnedEntry], remarks: [String],
    made: any Reader
  ) {
    self.reader = reader
    self.format = format
    self.records = records
    self.understood = understood
    self.settings = settings
    self.remarks = remarks
    self.made = made
  }

  /// What a reader with these settings makes of the head; nil if the settings make no reader.
  init?(
    reader: String, format: String, settings: [PinnedEntry], remarks: [String], head: SniffHead,
    make: (ConfigNode, _ file: String) throws(Diagnostics) -> any Reader
  ) {
    let node = PinnedEntry.node([PinnedEntry("reader", .text(reader))] + settings)
    guard let made = try? make(node, head.name), let sketch = try? InputSketch(head.raw, made) else { return nil }
    self.init(
      reader: reader, format: format, records: sketch.records, understood: sketch.understood, settings: settings,
      remarks: remarks, made: made)
  }

  /// Whether the records are so surely the reader's that no other is asked.
  var isClear: Bool { understood * 10 >= records * 8 || isUnmistakable && understood * 2 >= records }

  /// What reads the other input as well; nil if each needs an `input` of its own. Logs that differ in the columns of which
  /// each says itself which it has are of one format: then all of them are named.
  public func joined(_ other: SniffFinding) -> SniffFinding? {
    guard reader == other.reader, settings.map(\.key) == other.settings.map(\.key) else { return nil }
    var joined = self
    for (index, (own, others)) in zip(settings, other.settings).enumerated() where own != others {
      guard own.key == "columns", case .text(let known) = own.value, case .text(let more) = others.value else {
        return nil
      }
      let names = known.split(separator: " ")
      let new = more.split(separator: " ").filter { !names.contains($0) }
      joined.settings[index].value = .text((names + new).joined(separator: " "))
    }
    return joined
  }

  /// The `input` of a mapping, as YAML.
  public var input: String {
    PinnedEntry("input", .map([PinnedEntry("reader", .text(reader))] + settings)).yaml(depth: 0)
  }
}

/// A key and what is pinned to it.
public struct PinnedEntry: Sendable, Equatable {
  public indirect enum Value: Sendable, Equatable {
    case text(String)
    /// A number or a truth value, never in quotes.
    case plain(String)
    case list([String])
    case map([PinnedEntry])
    /// A map on one line; no lists or maps in it but lists of texts.
    case flow([PinnedEntry])
  }

  public var key: String
  public var value: Value

  public init(_ key: String, _ value: Value) {
    self.key = key
    self.value = value
  }

  func yaml(depth: Int) -> String {
    let margin = String(repeating: "  ", count: depth)
    let key = PinnedEntry.scalar(key)
    switch value {
    case .text, .plain, .list, .flow: return "\(margin)\(key): \(inline)\n"
    case .map(let entries): return "\(margin)\(key):\n" + entries.map { $0.yaml(depth: depth + 1) }.joined()
    }
  }

  /// The value on one line.
  private var inline: String {
    switch value {
    case .text(let text): PinnedEntry.scalar(text)
    case .plain(let text): text
    case .list(let texts): "[\(texts.map(PinnedEntry.scalar).joined(separator: ", "))]"
    case .map(let entries), .flow(let entries):
      "{ \(entries.map { "\(PinnedEntry.scalar($0.key)): \($0.inline)" }.joined(separator: ", ")) }"
    }
  }

  /// What the mapping's loader makes of the entry.
  var node: ConfigNode {
    let span = SourceSpan(line: 1, column: 1)
    switch value {
    case .text(let text): return .scalar(ConfigScalar(text: text, style: .singleQuoted, span: span))
    case .plain(let text): return .scalar(ConfigScalar(text: text, style: .plain, span: span))
    case .list(let texts):
      return .list(texts.map { .scalar(ConfigScalar(text: $0, style: .singleQuoted, span: span)) }, span)
    case .map(let entries), .flow(let entries): return PinnedEntry.node(entries)
    }
  }

  static func node(_ entries: [PinnedEntry]) -> ConfigNode {
    let span = SourceSpan(line: 1, column: 1)
    return .map(entries.map { ConfigEntry(key: $0.key, keySpan: span, value: $0.node) }, span)
  }

  /// Plain where YAML cannot misread it, else in quotes.
  private static func scalar(_ text: String) -> String {
    let plain = text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "."),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    let words = ["yes", "no", "on", "off", "true", "false", "null", "y", "n"]
    if plain, text.first?.isLetter ?? false, !words.contains(text.lowercased()) { return text }
    if text.unicodeScalars.allSatisfy(isHarmless) {
      return "'" + text.replacing("'", with: "''") + "'"
    }
    // Only double quotes can hold what a terminal must not see.
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where isHarmless(scalar): quoted.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        let width = scalar.value > 0xFFFF ? 8 : 4
        quoted += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
      }
    }
    return quoted + "\""
  }

  /// Printable ASCII, letters and signs of money: they do nothing to a terminal but to be seen.
  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .currencySymbol: true
    default: (" "..."~").contains(scalar) || scalar == "°"
    }
  }
}
