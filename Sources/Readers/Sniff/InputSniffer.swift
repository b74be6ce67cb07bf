public import Pipeline

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
    /// Whether there is nothing in it, decompressed.
    public let isEmpty: Bool
    /// What to do where there is no finding; nil if nothing better is known than to look at the list of formats.
    public let remedy: String?
  }

  /// - Parameter zone: of times that name none.
  /// - Throws: I101, I102, I108, I109 for an input that cannot be read.
  public static func sniff(_ input: InputPath, zone: String?) throws -> Result {
    let head = try head(input, zone)
    let findings = ReaderCatalogue.entries.compactMap { $0.sniffer?.sniff(head) }.filter { $0.understood > 0 }
    // The catalogue's order is that of preference: a log is also a table, and a reader that knows it as a log knows more.
    var best = findings.first { $0.isClear }
    for finding in findings where best?.isClear != true {
      let isBetter = best.map { finding.understood * $0.records > $0.understood * finding.records } ?? true
      if isBetter { best = finding }
    }
    return Result(
      input: input, finding: best, sketch: try best.map { try InputSketch(head.raw, $0.made) },
      isComplete: head.isComplete, isEmpty: head.bytes.isEmpty,
      remedy: best == nil ? UnknownLog(head.bytes)?.remedy ?? UnknownExport(head)?.remedy : nil)
  }

  /// Why an input has no record for a reader, in words for behind a colon; nil where nothing can be said of it.
  public static func reasonForNoRecords(_ input: InputPath, _ reader: any Reader) -> String? {
    guard input.path != nil, let reader = reader as? XMLReader, let head = try? head(input, nil),
      let outline = XMLOutline(head.raw, isComplete: head.isComplete, zone: .utc)
    else { return nil }
    return XMLAbsence(reader.layout.record, outline).reason
  }

  private static func head(_ input: InputPath, _ zone: String?) throws -> SniffHead {
    let stored = try StoredInput(input, isThreaded: false)
    var raw = [UInt8](repeating: 0, count: length)
    let count = try StoredInput.fill(&raw, from: stored.bytes, atLeast: length)
    raw.removeLast(length - count)
    if let finding = LineEnds.finding(Array(raw.prefix(InputHead.length)), of: input) { throw finding }
    let isComplete = count < length
    let isWide = TextSource.isUTF16(raw)
    // A text without line ends but the first few, such as XML from a program, stays as it is.
    if !isComplete, !isWide, let end = raw.lastIndex(of: UInt8(ascii: "\n")), end > count / 2 {
      raw.removeSubrange((end + 1)...)
    }
    guard isWide else { return SniffHead(name: input.name, bytes: raw, isComplete: isComplete, zone: zone) }
    // UTF-16 has at most half as many bytes again in UTF-8.
    var bytes = [UInt8](repeating: 0, count: raw.count * 3 / 2 + 4)
    let converted = try StoredInput.fill(&bytes, from: TextSource(MemorySource(raw)), atLeast: bytes.count)
    bytes.removeLast(bytes.count - converted)
    if !isComplete, let end = bytes.lastIndex(of: UInt8(ascii: "\n")) { bytes.removeSubrange((end + 1)...) }
    return SniffHead(name: input.name, bytes: bytes, raw: raw, isComplete: isComplete, zone: zone)
  }
}
