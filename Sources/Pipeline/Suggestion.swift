/// "Did you mean": what somebody who wrote an unknown name most likely wanted.
public enum Suggestion {
  /// Names that other tools use for ours.
  private static let synonyms = [
    "user_agent": "agent", "useragent": "agent", "http_user_agent": "agent", "remote_addr": "ip", "client_ip": "ip",
    "remote_host": "ip", "host_ip": "ip", "referrer": "referer", "http_referer": "referer", "uri": "target",
    "url_path": "path", "request_uri": "target", "verb": "method", "request_method": "method", "code": "status",
    "status_code": "status", "size": "bytes", "body_bytes_sent": "bytes", "timestamp": "time", "date": "time",
    "remote_user": "user", "username": "user", "vhost": "host", "server_name": "host", "props": "properties",
    "ignore": "drop", "exclude": "drop", "rules": "events", "variables": "let", "vars": "let", "session_id": "session",
    "version": "language", "tolowercase": "lower", "tolower": "lower", "touppercase": "upper", "toupper": "upper",
    "strip": "trim", "length": "size", "len": "size", "includes": "contains", "substr": "substring",
    "tostring": "string", "integer": "int", "float": "double", "boolean": "bool", "text": "string", "number": "decimal",
  ]

  /// The best candidate, or nil. Equality without case, `_` and `-` comes first, then synonyms, then an edit distance
  /// of at most a third of the length (1 at least), for names of three letters or more.
  public static func best(for name: String, among candidates: [String]) -> String? {
    let plain = squeezed(name)
    if let same = candidates.first(where: { squeezed($0) == plain }) { return same }
    if let synonym = synonyms[name.lowercased()], candidates.contains(synonym) { return synonym }
    // One letter of two makes any name of any other.
    guard name.count > 2 else { return nil }
    let cutoff = max(1, name.count / 3)
    let ranked = candidates.map { ($0, distance(Array(name.utf8), Array($0.utf8), cutoff: cutoff)) }
    return ranked.filter { $0.1 <= cutoff }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  /// A candidate that is in all likelihood the same name, spelled otherwise: equal without case and without what stands
  /// between letters and digits, or one slip of the hand away: a letter too many, too few or swapped with its neighbour in a
  /// name of four or more, or another one in a name of six or more. (`rate` and `date` are two names.) Digits are the same.
  public static func misspelling(of name: String, among candidates: [String]) -> String? {
    let bare = { (name: String) in name.lowercased().filter { $0.isLetter || $0.isNumber } }
    let plain = bare(name)
    guard !plain.isEmpty else { return nil }
    return candidates.first { candidate in
      let other = bare(candidate)
      if other == plain { return true }
      let isReplaced = plain.count == other.count && plain.sorted() != other.sorted()
      return plain.count >= (isReplaced ? 6 : 4) && plain.filter(\.isNumber) == other.filter(\.isNumber)
        && distance(Array(plain.utf8), Array(other.utf8), cutoff: 1) == 1
    }
  }

  /// A remedy line: the best candidate or the list of all.
  public static func remedy(for name: String, among candidates: [String]) -> String {
    if let best = best(for: name, among: candidates) { return "did you mean '\(best)'?" }
    guard !candidates.isEmpty else { return "" }
    let sorted = candidates.sorted()
    let shown = sorted.prefix(24).joined(separator: ", ")
    return "known here: " + shown + (sorted.count > 24 ? ", …" : "")
  }

  private static func squeezed(_ name: String) -> String {
    String(name.lowercased().filter { $0 != "_" && $0 != "-" })
  }

  /// Edit distance with transpositions (optimal string alignment); anything over the cut-off is `cutoff + 1`.
  private static func distance(_ a: [UInt8], _ b: [UInt8], cutoff: Int) -> Int {
    guard abs(a.count - b.count) <= cutoff, a.count <= 64 else { return cutoff + 1 }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...max(1, a.count) where !a.isEmpty {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...max(1, b.count) where !b.isEmpty {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
