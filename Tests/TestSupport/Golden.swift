public import Foundation

/// Files that hold what tests expect. `TRACKFILL_RECORD=1` writes them anew; a test that did so fails, so that a
/// recording cannot pass for a test.
public enum Golden {
  public static let isRecording = ProcessInfo.processInfo.environment["TRACKFILL_RECORD"] == "1"

  /// Why a test fails.
  public struct Difference: Error, CustomStringConvertible {
    public let description: String
  }

  /// - Throws: `Difference` if a file holds something else, or was recorded.
  public static func check(_ text: String, against file: URL) throws { try check(text.utf8, against: file) }

  /// The same for what need not be text.
  public static func check(_ bytes: some Collection<UInt8>, against file: URL) throws {
    let name = file.lastPathComponent
    if isRecording {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
      throw Difference(description: "recorded \(name)")
    }
    let expected = try Data(contentsOf: file)
    if expected.elementsEqual(bytes) { return }
    let (have, want) = (lines(bytes), lines(expected))
    let same = zip(have, want).prefix { $0 == $1 }.count
    func line(_ lines: [String]) -> String { same < lines.count ? lines[same] : "nothing" }
    throw Difference(description: "line \(same + 1) of \(name) was\n\(line(want))\nand is now\n\(line(have))")
  }

  private static func lines(_ bytes: some Collection<UInt8>) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
