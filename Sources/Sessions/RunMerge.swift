internal import Glibc
internal import Pipeline

/// Merges sorted runs of one file by a heap of their first records.
final class RunMerge<Key: SortKey> {
  private struct Front: HeapOrdered {
    var key: Key
    var bytes: UnsafeMutableRawPointer
    var reader: Int

    static func precedes(_ a: Front, _ b: Front) -> Bool { Key.precedes(a.key, a.bytes, b.key, b.bytes) }
  }

  private var readers: [RunReader<Key>]
  private var heap = BinaryHeap<Front>()
  /// Whether the first record of the heap has been given out.
  private var isServed = false

  /// - Parameter buffer: bytes for each run.
  init(_ file: TemporaryFile, _ runs: [ExternalSort<Key>.Extent], buffer: Int) throws {
    readers = runs.map { RunReader(file, $0.start, $0.end, buffer: buffer) }
    for (index, reader) in readers.enumerated() {
      guard let bytes = try reader.next() else { continue }
      heap.insert(front(bytes, index))
    }
  }

  /// The next record's bytes, as `SortedRecords.next`.
  func next() throws -> UnsafeMutableRawPointer? {
    if isServed, let reader = heap.first?.reader {
      if let bytes = try readers[reader].next() {
        heap.replaceFirst(with: front(bytes, reader))
      } else {
        heap.removeFirst()
      }
    }
    isServed = !heap.isEmpty
    return heap.first?.bytes
  }

  private func front(_ bytes: UnsafeMutableRawPointer, _ reader: Int) -> Front {
    Front(key: SortRecord<Key>.key(at: bytes - SortRecord<Key>.head), bytes: bytes, reader: reader)
  }
}

/// Reads a run record by record.
final class RunReader<Key: SortKey> {
  private let file: TemporaryFile
  private var offset: Int64
  private var left: Int
  private var buffer: UnsafeMutableRawPointer
  private var capacity: Int
  // What is in the buffer, the record given out last at its front.
  private var start = 0
  private var end = 0
  private var last = 0

  init(_ file: TemporaryFile, _ start: Int64, _ end: Int64, buffer size: Int) {
    self.file = file
    offset = start
    left = Int(end - start)
    capacity = max(64, min(size, left)) & ~7
    buffer = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// The next record's bytes, its head before them, valid until the next call; nil at the end.
  func next() throws -> UnsafeMutableRawPointer? {
    start += last
    last = 0
    if end - start < SortRecord<Key>.head {
      if end == start, left == 0 { return nil }
      try fill(SortRecord<Key>.head)
    }
    let count = SortRecord<Key>.count(at: buffer + start)
    guard count >= 0, count <= end - start + left else { throw file.failure("is damaged") }
    let size = SortRecord<Key>.size(count)
    if end - start < size { try fill(size) }
    last = size
    return buffer + start + SortRecord<Key>.head
  }

  /// Reads on until the buffer has `needed` bytes from `start`.
  private func fill(_ needed: Int) throws {
    let kept = end - start
    if needed > capacity {
      let grown = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 16)
      memcpy(grown, buffer + start, kept)
      buffer.deallocate()
      buffer = grown
      capacity = needed
    } else {
      memmove(buffer, buffer + start, kept)
    }
    start = 0
    end = kept
    let more = min(capacity - kept, left)
    guard kept + more >= needed else { throw file.failure("is damaged") }
    try file.read(more, at: offset, to: buffer + kept)
    end += more
    offset += Int64(more)
    left -= more
  }
}
