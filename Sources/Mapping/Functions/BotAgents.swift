internal import CEL
internal import Pipeline

/// User agents of programs, not of people. The receiver refuses a whole payload for one of them, so a mapping drops
/// them first.
final class BotAgents: Sendable {
  /// Parts of names, lower-case, by their first byte.
  private let byFirst: [[[UInt8]]]
  /// What user agents begin with.
  private let beginnings: [[UInt8]]
  private let patterns: UserAgentPatterns?

  /// The list that the program carries: Mappings/lists/bots.txt.
  static let standard = BotAgents(ListText.lines(EmbeddedLists.bots), patterns: nil)

  /// - Parameters:
  ///   - parts: parts of names, lower-case; `^` stands for the beginning of the user agent.
  ///   - patterns: what names programs besides.
  init(_ parts: [String], patterns: UserAgentPatterns?) {
    var table = [[[UInt8]]](repeating: [], count: 256)
    beginnings = parts.filter { $0.hasPrefix("^") }.map { Array($0.utf8.dropFirst()) }
    for part in parts where !part.hasPrefix("^") {
      let bytes = Array(part.utf8)
      if let first = bytes.first { table[Int(first)].append(bytes) }
    }
    byFirst = table
    self.patterns = patterns
  }

  /// Whether a user agent names a program. An empty one and `-` do too: no browser sends nothing.
  func matches(_ agent: UnsafeBufferPointer<UInt8>) -> Bool {
    guard agent.count > 1, let start = agent.baseAddress else { return true }
    for at in 0..<agent.count {
      let first = Self.lower(start[at])
      for part in byFirst[Int(first)] where part.count <= agent.count - at {
        var index = 1
        while index < part.count, Self.lower(start[at + index]) == part[index] { index += 1 }
        if index == part.count, part != Self.bot || Self.isProgram(agent, at) { return true }
      }
    }
    for beginning in beginnings where beginning.count <= agent.count {
      if beginning.indices.allSatisfy({ Self.lower(start[$0]) == beginning[$0] }) { return true }
    }
    return patterns?.isSpider(.string(agent)) ?? false
  }

  private static let bot = Array("bot".utf8)

  /// Cubot makes telephones, and Orange Botswana is a company that people telephone with.
  private static func isProgram(_ agent: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
    if at >= 2, lower(agent[at - 2]) == UInt8(ascii: "c"), lower(agent[at - 1]) == UInt8(ascii: "u") { return false }
    return !agent[(at + 3)...].prefix(5).map(lower).elementsEqual("swana".utf8)
  }

  @inline(__always)
  private static func lower(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 32 : byte }
}

/// Lists as text: one entry a line, `#` begins a comment line.
enum ListText {
  static func lines(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).map { line in
      var line = line.drop { $0 == " " || $0 == "\t" }
      while let last = line.last, last == " " || last == "\t" { line.removeLast() }
      return String(line)
    }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
  }
}
