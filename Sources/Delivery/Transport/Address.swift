/// Addresses in messages, and wherever else they are kept.
public enum Address {
  /// An address without user and password, which nobody but the host is to see. It may lack its scheme, as those of
  /// proxies do, and anything may follow it.
  public static func withoutUser(_ text: String) -> String {
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    let authority = text[start...].prefix { !"/?# ".contains($0) }
    guard let at = authority.lastIndex(of: "@") else { return text }
    return String(text[..<start] + text[text.index(after: at)...])
  }
}
