internal import Pipeline

/// Which payloads of the queue are settled: acknowledged or given up. Everything before the first unsettled payload is
/// settled.
struct Ledger {
  /// How far reading may run ahead of the first unsettled payload: what lies between has to be remembered.
  static let span = 32_768

  private struct Entry {
    var offset: Int
    var isSettled: Bool
  }

  private var entries: [Entry] = []
  private var head = 0
  /// The number of the payload at `head`.
  private var first = 0
  /// Where the next payload begins.
  private var end: Int

  init(from offset: Int) { end = offset }

  var isFull: Bool { entries.count - head >= Ledger.span }

  /// - Returns: its number, for `settle`.
  mutating func append(offset: Int, end: Int) -> Int {
    entries.append(Entry(offset: offset, isSettled: false))
    self.end = end
    return first + entries.count - head - 1
  }

  mutating func settle(_ number: Int) {
    entries[head + number - first].isSettled = true
    while head < entries.count, entries[head].isSettled {
      head += 1
      first += 1
    }
    if head == entries.count {
      entries.removeAll(keepingCapacity: true)
      head = 0
    } else if head > Ledger.span {
      entries.removeFirst(head)
      head = 0
    }
  }

  var prefix: Int { head < entries.count ? entries[head].offset : end }
  var beyond: [Int] { entries[head...].compactMap { $0.isSettled ? $0.offset : nil } }
  var unsettled: Int { entries[head...].reduce(0) { $0 + ($1.isSettled ? 0 : 1) } }
}
