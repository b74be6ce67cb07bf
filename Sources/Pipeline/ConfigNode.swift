/// A configuration text as written: scalars are text, types are decided by whoever asks. Every node knows its place.
public indirect enum ConfigNode: Sendable {
  case scalar(ConfigScalar)
  case list([ConfigNode], SourceSpan)
  case map([ConfigEntry], SourceSpan)

  /// Where the value begins; of a list or a map, its first entry or bracket.
  public var span: SourceSpan {
    switch self {
    case .scalar(let scalar): scalar.span
    case .list(_, let span), .map(_, let span): span
    }
  }

  /// Nil for a list or a map.
  public var scalar: ConfigScalar? { if case .scalar(let scalar) = self { scalar } else { nil } }
  /// The text of a scalar, unquoted; nil for a list or a map.
  public var text: String? { scalar?.text }
  /// Nil where this is not a list.
  public var list: [ConfigNode]? { if case .list(let nodes, _) = self { nodes } else { nil } }
  /// In the order of the file; nil where this is not a map.
  public var entries: [ConfigEntry]? { if case .map(let entries, _) = self { entries } else { nil } }

  /// The value of a key; nil where this is not a map or has no such key.
  public subscript(key: String) -> ConfigNode? { entries?.first { $0.key == key }?.value }
}

/// A word, a number or a text, as it was written.
public struct ConfigScalar: Sendable {
  /// How it was quoted; a plain scalar means what an unquoted word means, a quoted one is always text.
  public enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

  /// Without quotes and escapes.
  public var text: String
  /// How it was quoted, which decides what a word such as `true` means.
  public var style: Style
  public var span: SourceSpan

  public init(text: String, style: Style, span: SourceSpan) {
    self.text = text
    self.style = style
    self.span = span
  }
}

/// A key of a map and its value.
public struct ConfigEntry: Sendable {
  /// Without quotes; unique in its map.
  public var key: String
  /// Where the key stands.
  public var keySpan: SourceSpan
  public var value: ConfigNode

  public init(key: String, keySpan: SourceSpan, value: ConfigNode) {
    self.key = key
    self.keySpan = keySpan
    self.value = value
  }
}
