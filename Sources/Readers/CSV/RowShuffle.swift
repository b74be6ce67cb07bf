internal import Pipeline

/// A row on its way to its group.
struct LooseRow {
  /// Rows before it in the input; groups leave in the order of their first rows.
  var sequence: Int
  var line: Int
  /// What makes rows one group; nil for a row whose key cannot be read, which is a group of its own.
  var key: [UInt8]?
  /// Without line end.
  var bytes: [UInt8]

  /// What it takes in memory, about.
  var size: Int { 96 + bytes.count + (key?.count ?? 0) }
}

/// Brings the rows of each group together, wherever they stand, in bounded memory: rows that do not fit are dealt out
/// to 64 temporary files by the hash of their key, each of which is then grouped by itself, or dealt out again; the
/// groups of all files are merged in the order of their first rows.
final class RowShuffle {
  /// Rows in memory, in bytes.
  static let memory = 8 << 20
  private static let fan = 64
  private static let deepest = 4

  private let groupLimit: Int
  private let memory: Int
  private let folder: String?
  private var rows: [LooseRow] = []
  private var size = 0
  private var parts: [TemporaryFile] = []
  /// The groups of each part, one behind the other, and where they begin and end.
  private var runs: TemporaryFile?
  private var readers = BinaryHeap<RowGroupReader>()
  private var grouped: [[LooseRow]] = []
  private var next = 0

  /// - Parameters:
  ///   - groupLimit: rows of a group beyond so many bytes are not kept; the group is too long anyway.
  ///   - memory: bytes of rows to keep.
  ///   - folder: for temporary files; nil leaves the choice to the system.
  init(groupLimit: Int, memory: Int = RowShuffle.memory, folder: String? = nil) {
    self.groupLimit = groupLimit
    self.memory = memory
    self.folder = folder
  }

  private func temporaryFile() -> TemporaryFile {
    TemporaryFile(for: "groups of rows", in: folder, bufferSize: 64 << 10)
  }

  func add(_ row: LooseRow) throws(Diagnostic) {
    if parts.isEmpty {
      rows.append(row)
      size += row.size
      guard size > memory else { return }
      parts = try deal(rows, level: 0)
      rows = []
    } else {
      try RowShuffle.deal(row, to: parts, level: 0)
    }
  }

  /// All rows are there.
  func finish() throws(Diagnostic) {
    if parts.isEmpty {
      grouped = RowShuffle.group(rows, limit: groupLimit)
      rows = []
      return
    }
    let runs = temporaryFile()
    self.runs = runs
    var ranges: [Range<Int>] = []
    for part in parts { try sort(part, level: 1, into: runs, &ranges) }
    parts = []
    try runs.flush()
    let share = max(4096, memory / max(1, ranges.count))
    for range in ranges where !range.isEmpty {
      let reader = RowGroupReader(runs, range, bufferSize: share)
      if try reader.advance() { readers.insert(reader) }
    }
  }

  /// The group whose first row comes next.
  func nextGroup() throws(Diagnostic) -> [LooseRow]? {
    if runs == nil {
      guard next < grouped.count else { return nil }
      defer {
        grouped[next] = []
        next += 1
      }
      return grouped[next]
    }
    guard let first = readers.first else { return nil }
    let group = first.group
    if try first.advance() { readers.replaceFirst(with: first) } else { readers.removeFirst() }
    return group
  }

  // MARK: - Parts

  private func sort(
    _ part: TemporaryFile, level: Int, into runs: TemporaryFile, _ ranges: inout [Range<Int>]
  ) throws(Diagnostic) {
    try part.flush()
    let reader = RowGroupReader(part, 0..<Int(part.end), bufferSize: 64 * 1024)
    if part.end > memory, level < RowShuffle.deepest {
      let parts = try deal([], level: level)
      while let row = try reader.row() { try RowShuffle.deal(row, to: parts, level: level) }
      for part in parts { try sort(part, level: level + 1, into: runs, &ranges) }
      return
    }
    var rows: [LooseRow] = []
    // A key that fills a part by itself is kept up to the limit of a group only.
    var lengths: [[UInt8]: Int] = [:]
    while let row = try reader.row() {
      if let key = row.key {
        let length = lengths[key, default: 0]
        if length > groupLimit { continue }
        lengths[key] = length + row.bytes.count + 1
      }
      rows.append(row)
    }
    let start = Int(runs.end)
    for group in RowShuffle.group(rows, limit: groupLimit) { try RowGroupReader.write(group, to: runs) }
    ranges.append(start..<Int(runs.end))
  }

  private func deal(_ rows: [LooseRow], level: Int) throws(Diagnostic) -> [TemporaryFile] {
    var parts: [TemporaryFile] = []
    for _ in 0..<RowShuffle.fan { parts.append(temporaryFile()) }
    for row in rows { try RowShuffle.deal(row, to: parts, level: level) }
    return parts
  }

  private static func deal(_ row: LooseRow, to parts: [TemporaryFile], level: Int) throws(Diagnostic) {
    let hash =
      row.key.map { $0.withUnsafeBufferPointer { ByteHash.hash($0) } } ?? UInt64(row.sequence) &* 0x9E37_79B9_7F4A_7C15
    try RowGroupReader.write([row], to: parts[Int(truncatingIfNeeded: hash &>> UInt64(level * 6 + 8)) & (fan - 1)])
  }

  /// Groups in the order of their first rows, rows in the order of the input.
  private static func group(_ rows: [LooseRow], limit: Int) -> [[LooseRow]] {
    var groups: [[LooseRow]] = []
    var lengths: [Int] = []
    var known: [[UInt8]: Int] = [:]
    for row in rows {
      guard let key = row.key else {
        groups.append([row])
        lengths.append(0)
        continue
      }
      if let index = known[key] {
        if lengths[index] > limit { continue }
        groups[index].append(row)
        lengths[index] += row.bytes.count + 1
      } else {
        known[key] = groups.count
        groups.append([row])
        lengths.append(row.bytes.count + 1)
      }
    }
    return groups
  }
}

/// Reads groups of rows from a stretch of a temporary file.
private final class RowGroupReader: HeapOrdered {
  private let file: TemporaryFile
  private var offset: Int
  private let end: Int
  private var buffer: [UInt8]
  private var at = 0
  private var filled = 0
  private(set) var group: [LooseRow] = []

  /// Of the group at hand.
  private var sequence = Int.max

  /// No row is in two groups.
  static func precedes(_ a: RowGroupReader, _ b: RowGroupReader) -> Bool { a.sequence < b.sequence }

  init(_ file: TemporaryFile, _ range: Range<Int>, bufferSize: Int) {
    self.file = file
    offset = range.lowerBound
    end = range.upperBound
    buffer = [UInt8](repeating: 0, count: bufferSize)
  }

  /// Reads the next group; false at the end.
  func advance() throws(Diagnostic) -> Bool {
    group = []
    while let row = try row() {
      if group.isEmpty { sequence = row.sequence }
      group.append(row)
      if isLast { return true }
    }
    return false
  }

  /// Whether the row read last ends its group.
  private var isLast = false

  func row() throws(Diagnostic) -> LooseRow? {
    guard at < filled || offset < end else { return nil }
    let head = try bytes(41)
    guard head.count == 41 else { return nil }
    func number(_ index: Int) -> Int {
      (0..<8).reduce(0) { $0 | Int(truncatingIfNeeded: UInt64(head[index * 8 + $1]) << UInt64($1 * 8)) }
    }
    let keyLength = number(2)
    let key = keyLength < 0 ? nil : try bytes(keyLength)
    isLast = head[40] == 1
    return LooseRow(sequence: number(0), line: number(1), key: key, bytes: try bytes(number(3)))
  }

  private func bytes(_ count: Int) throws(Diagnostic) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    while result.count < count {
      if at == filled {
        let wanted = min(buffer.count, end - offset)
        guard wanted > 0 else { break }
        // Reading into a copy-on-write array through a closure cannot throw a typed error.
        let outcome = buffer.withUnsafeMutableBytes { target in
          Result { () throws(Diagnostic) in
            if let base = target.baseAddress { try file.read(wanted, at: Int64(offset), to: base) }
          }
        }
        try outcome.get()
        filled = wanted
        at = 0
        offset += filled
      }
      let count = min(count - result.count, filled - at)
      result += buffer[at..<(at + count)]
      at += count
    }
    return result
  }

  static func write(_ group: [LooseRow], to file: TemporaryFile) throws(Diagnostic) {
    var text: [UInt8] = []
    for (index, row) in group.enumerated() {
      for number in [row.sequence, row.line, row.key?.count ?? -1, row.bytes.count, 0] {
        for shift in 0..<8 { text.append(UInt8(truncatingIfNeeded: number >> (shift * 8))) }
      }
      text.append(index == group.count - 1 ? 1 : 0)
      text += row.key ?? []
      text += row.bytes
    }
    let outcome = text.withUnsafeBufferPointer { bytes in
      Result { () throws(Diagnostic) in
        if let base = bytes.baseAddress { try file.append(base, bytes.count) }
      }
    }
    try outcome.get()
  }
}
