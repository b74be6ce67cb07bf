/// What a text names before a colon, as LTSV does and error logs: `client: 203.0.113.9`.
enum ValueLabel {
  /// A letter or `_`, then what LTSV allows (ltsv.org); nil if there is no label, or the scheme of a URL.
  static func of(_ text: some Collection<UInt8>) -> [UInt8]? {
    let text = text.drop { $0 == UInt8(ascii: " ") }
    let label = text.prefix { isLetter($0) || $0 &- 48 < 10 || "_.-".utf8.contains($0) }
    let rest = text[label.endIndex...]
    guard let first = label.first, isLetter(first) || first == UInt8(ascii: "_"), rest.first == UInt8(ascii: ":"),
      !rest.starts(with: "://".utf8)
    else { return nil }
    return Array(label)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
}
