internal import Foundation

/// A line of `Tests/TimeCases.txt`: what both readers of times, that of expressions and that of logs, must make of a text.
public struct TimeCase: Sendable {
  public var format: String
  public var text: String
  /// Seconds since 1970, plus, nanoseconds; `-` for no time, `!` for a format that is refused.
  public var time: String

  public static func all() throws -> [TimeCase] {
    let text = try String(contentsOf: Repository.root.appending(path: "Tests/TimeCases.txt"), encoding: .utf8)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      return parts.count == 3 ? TimeCase(format: parts[0], text: parts[1], time: parts[2]) : nil
    }
  }
}
