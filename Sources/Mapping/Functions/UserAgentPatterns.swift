internal import CEL
internal import Pipeline

/// The device patterns of uap-core's `regexes.yaml` (github.com/ua-parser/uap-core, docs/specification.md), as far as they
/// tell programs from devices: the first pattern that matches names the device, and `Spider` is the name of programs.
///
/// Only the few patterns of programs are tried on every agent; the many before them only to find out whether one of those
/// would have won.
final class UserAgentPatterns: Sendable {
  private struct Pattern: Sendable {
    let regex: Regex
    let isSpider: Bool
  }

  private let patterns: [Pattern]
  private let spiders: [Int]

  /// Where Debian's package `uap-core` puts the file.
  static let installedPath = "/usr/share/uap-core/regexes.yaml"

  /// Patterns that are read; uap-core has about 700.
  private static let most = 5_000

  /// - Throws: why the file is none of the kind.
  init(_ bytes: [UInt8], file: String) throws(Diagnostics) {
    guard bytes.count <= YAMLDocument.largest else {
      throw Diagnostics([
        Diagnostic("M119", "\(file) is larger than 10 MiB", remedy: "give uap-core's regexes.yaml", file: file)
      ])
    }
    let root = try YAMLDocument.parse(SourceText(bytes, file: file))
    var patterns: [Pattern] = []
    for entry in (root["device_parsers"]?.list ?? []).prefix(Self.most) {
      guard let text = entry["regex"]?.text else { continue }
      let source = (entry["regex_flag"]?.text == "i" ? "(?i)" : "") + text
      // Patterns with look-ahead, which takes more than linear time, are left out; none of them is a program's.
      guard let regex = try? Array(source.utf8).withUnsafeBufferPointer({ try Regex($0) }) else { continue }
      patterns.append(Pattern(regex: regex, isSpider: entry["device_replacement"]?.text == "Spider"))
    }
    self.patterns = patterns
    spiders = patterns.indices.filter { patterns[$0].isSpider }
    guard !spiders.isEmpty else {
      throw Diagnostics([
        Diagnostic(
          "M119", "\(file) has no patterns of programs", remedy: "give uap-core's regexes.yaml", file: file)
      ])
    }
  }

  func isSpider(_ agent: Value) -> Bool {
    guard let first = spiders.first(where: { patterns[$0].regex.matches(agent) }) else { return false }
    return !patterns[..<first].contains { $0.regex.matches(agent) }
  }
}
