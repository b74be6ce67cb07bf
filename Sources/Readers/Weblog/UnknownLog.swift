/// What lines look like that no preset reads. Such a log is no table either, even if each of its lines has as many
/// semicolons, which are the agents'.
enum UnknownLog {
  /// Times in brackets, as Apache's and nginx's, and requests.
  case requests
  /// Dates, times and methods, as IIS has them, without the `#Fields:` that names the columns.
  case headless
  /// Values behind their labels, with tabs between them (LTSV).
  case labelled

  /// Lines looked at.
  private static let most = 200

  /// nil if not more than half of the lines look like either.
  init?(_ head: [UInt8]) {
    var lines = 0
    var requests = 0
    var headless = 0
    var labelled = 0
    var labels: [[UInt8]] = []
    var hasNames = false
    for line in head.split(separator: UInt8(ascii: "\n"), maxSplits: UnknownLog.most).prefix(UnknownLog.most) {
      if line.first == UInt8(ascii: "#") {
        if line.starts(with: "#Fields:".utf8) { hasNames = true }
        continue
      }
      lines += 1
      let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      if UnknownLog.isRequest(words) {
        requests += 1
      } else if UnknownLog.isRow(words) {
        headless += 1
      } else if let own = UnknownLog.labels(line) {
        // Lines name the same things.
        if labels.isEmpty { labels = own }
        if own.first == labels.first { labelled += 1 }
      }
    }
    if requests * 2 > lines {
      self = .requests
    } else if headless * 2 > lines, !hasNames {
      self = .headless
    } else if labelled * 2 > lines {
      self = .labelled
    } else {
      return nil
    }
  }

  /// Whether a line is of such a log.
  static func isOne(_ line: ArraySlice<UInt8>) -> Bool { UnknownLog(Array(line)) != nil }

  private typealias Word = ArraySlice<UInt8>

  /// The labels of `time:[10/Sep/2026:13:57:01 +0200]<tab>host:203.0.113.9<tab>…`; nil if not every field has one.
  private static func labels(_ line: ArraySlice<UInt8>) -> [[UInt8]]? {
    let fields = line.split(separator: UInt8(ascii: "\t"))
    let labels = fields.compactMap { ValueLabel.of($0) }
    return fields.count > 2 && labels.count == fields.count ? labels : nil
  }

  /// `[10/Sep/2026:13:57:01 +0200]` between blanks, and a protocol behind it; in a table the brackets are at separators.
  private static func isRequest(_ words: [Word]) -> Bool {
    guard let time = words.firstIndex(where: { has($0, "[00/aaa/0000:00:00:00") }),
      let end = words[time...].prefix(2).firstIndex(where: { $0.last == UInt8(ascii: "]") })
    else { return false }
    return words[(end + 1)...].contains { $0.starts(with: "HTTP/".utf8) }
  }

  /// `2026-09-10 11:57:01 … GET /…`.
  private static func isRow(_ words: [Word]) -> Bool {
    guard words.count > 4, has(words[0], "0000-00-00"), has(words[1], "00:00:00") else { return false }
    return zip(words, words.dropFirst()).contains { word, next in
      next.first == UInt8(ascii: "/") && methods.contains { word.elementsEqual($0.utf8) }
    }
  }

  private static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]

  /// Whether the word begins as the pattern: digits for `0`, letters for `a`, else the same.
  private static func has(_ word: Word, _ pattern: String) -> Bool {
    word.count >= pattern.utf8.count
      && zip(word, pattern.utf8).allSatisfy { byte, sign in
        switch sign {
        case UInt8(ascii: "0"): byte &- 48 < 10
        case UInt8(ascii: "a"): (byte | 0x20) &- UInt8(ascii: "a") < 26
        default: byte == sign
        }
      }
  }

  /// What the user can do.
  var remedy: String {
    switch self {
    case .requests:
      "lines look like a web server's, in a form that no preset has: give its own LogFormat or log_format text as `format`"
    case .labelled:
      "lines look like labelled values (LTSV): give the log's own LogFormat or log_format text, labels and tabs included, as "
        + "`format`"
    case .headless:
      "lines look like IIS's without their '#Fields:': write `format: iis`, and `columns` with what the log's other files "
        + "have behind it"
    }
  }
}
