/// A configuration text as written: scalars are text, types are decided by whoever asks. Every node knows its place.
public indirect enum ConfigNode: Sendable {
  case scalar(ConfigScalar)
  case list([ConfigNode], SourceSpan)
  case map([ConfigEntry], SourceSpan)

  public var span: SourceSpan {
    switch self {
    case .scalar(let scalar): scalar.span
    case .list(_, let span), .map(_, let span): span
    }
  }

  public var scalar: ConfigScalar? { if case .scalar(let scalar) = self { scalar } else { nil } }
  public var text: String? { scalar?.text }
  public var list: [ConfigNode]? { if case .list(let nodes, _) = self { nodes } else { nil } }
  public var entries: [ConfigEntry]? { if case .map(let entries, _) = self { entries } else { nil } }

  /// The value of a key; nil where this is no map or has no such key.
  public subscript(key: String) -> ConfigNode? { entries?.first { $0.key == key }?.value }
}

public struct ConfigScalar: Sendable {
  /// How it was quoted; a plain scalar means what an unquoted word means, a quoted one is always text.
  public enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

  public var text: String
  public var style: Style
  public var span: SourceSpan

  public init(text: String, style: Style, span: SourceSpan) {
    self.text = text
    self.style = style
    self.span = span
  }
}

public struct ConfigEntry: Sendable {
  public var key: String
  public var keySpan: SourceSpan
  public var value: ConfigNode

  public init(key: String, keySpan: SourceSpan, value: ConfigNode) {
    self.key = key
    self.keySpan = keySpan
    self.value = value
  }
}
