internal import Pipeline

/// Asks every reader of the catalogue what it makes of an input.
public enum InputSniffer {
  /// Decompressed bytes looked at.
  private static let length = 4 << 20

  public struct Result: Sendable {
    public let input: InputPath
    /// The best finding; nil if no reader understands the input.
    public let finding: SniffFinding?
    public let sketch: InputSketch?
    public let isComplete: Bool
    /// Whether there is nothing in it, decompressed and without byte order mark.
    public let isEmpty: Bool
  }

  /// - Parameter zone: of times that name none.
  /// - Throws: I101, I102 for an input that cannot be read.
  public static func sniff(_ input: InputPath, zone: String?) throws -> Result {
    let (bytes, isComplete) = try head(input)
    let head = SniffHead(name: input.name, bytes: bytes, isComplete: isComplete, zone: zone)
    let findings = ReaderCatalogue.entries.compactMap { $0.sniffer?.sniff(head) }
    // The first of the best: the catalogue's order is that of preference.
    var best: SniffFinding?
    for finding in findings where finding.understood > 0 {
      let isBetter = best.map { finding.understood * $0.records > $0.understood * finding.records } ?? true
      if isBetter { best = finding }
    }
    return Result(
      input: input, finding: best, sketch: try best.map { try InputSketch(bytes, $0.made) }, isComplete: isComplete,
      isEmpty: bytes.isEmpty)
  }

  private static func head(_ input: InputPath) throws -> (bytes: [UInt8], isComplete: Bool) {
    let stored = try StoredInput(input, isThreaded: false)
    let text = TextSource(stored.bytes)
    var bytes = [UInt8](repeating: 0, count: length)
    let count = try StoredInput.fill(&bytes, from: text, atLeast: length)
    bytes.removeLast(length - count)
    guard count == length else { return (bytes, true) }
    if let end = bytes.lastIndex(of: UInt8(ascii: "\n")) { bytes.removeSubrange((end + 1)...) }
    return (bytes, false)
  }
}
