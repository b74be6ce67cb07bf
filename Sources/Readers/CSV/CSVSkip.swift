internal import Pipeline

/// What a source passes over, as far as it has come.
struct CSVSkip {
  enum Kind {
    /// The rest of a line.
    case line
    /// Rows of this key.
    case group(SeenKey?)
  }

  let kind: Kind
  /// Where it begins in the input.
  private let start: Int
  private var length = 0
  /// Its first bytes, for the reject.
  private var head: [UInt8] = []
  /// Line ends in it.
  private(set) var lines = 0

  init(_ kind: Kind, at start: Int) {
    self.kind = kind
    self.start = start
  }

  mutating func pass(_ bytes: UnsafeMutableBufferPointer<UInt8>, lines: Int) {
    if head.count < 256 { head += bytes.prefix(256 - head.count) }
    length += bytes.count
    self.lines += lines
  }

  /// What is said of it when its end has come.
  /// - Parameters:
  ///   - line: lines before it since the block before.
  ///   - number: records before it since then.
  func reject(limit: Int, groupLimit: Int, line: Int, number: Int) -> Reject {
    let finding =
      switch kind {
      case .line: RecordFinding.tooLong("\(length) bytes at byte \(start)", limit: limit)
      case .group: CSVFinding.groupTooLong(limit: groupLimit)
      }
    var reject = finding.reject(offset: nil, length: length, line: line, number: number)
    reject.raw = head
    reject.origin = start
    return reject
  }
}
