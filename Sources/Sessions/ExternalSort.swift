internal import Glibc
internal import Pipeline

/// What records are sorted by.
protocol SortKey: BitwiseCopyable {
  /// Whether a record comes before another, by their keys and, where these do not tell, by their bytes. No two records
  /// may be equal, so that the order does not depend on how they were spread over runs. The stride is a multiple of 8.
  static func precedes(_ a: Self, _ aBytes: UnsafeRawPointer, _ b: Self, _ bBytes: UnsafeRawPointer) -> Bool
}

/// A record in memory or in a run: `length of the bytes (8) | key | bytes, padded to 8`.
enum SortRecord<Key: SortKey> {
  @inline(__always) static var head: Int { 8 &+ MemoryLayout<Key>.stride }

  /// Bytes of a record with so many bytes of content.
  @inline(__always) static func size(_ count: Int) -> Int { head &+ (count &+ 7) & ~7 }

  @inline(__always) static func count(at record: UnsafeRawPointer) -> Int { record.load(as: Int.self) }

  @inline(__always) static func key(at record: UnsafeRawPointer) -> Key {
    record.loadUnaligned(fromByteOffset: 8, as: Key.self)
  }
}

/// Sorts any number of records under a bound of memory (Knuth 5.4.1): what fills the memory is sorted and written as a
/// run, and the runs are merged. What never fills it touches no file. O(n log n) comparisons.
final class ExternalSort<Key: SortKey> {
  struct Entry: BitwiseCopyable {
    var key: Key
    /// Of the record; its head lies before them.
    var bytes: UnsafeMutableRawPointer
  }

  /// Where a run lies in its file.
  struct Extent {
    var start: Int64
    var end: Int64
  }

  private let memory: Int
  private let cancellation: Cancellation
  private let makeFile: () -> TemporaryFile
  private let arena: RecordArena
  private var entries: UnsafeMutablePointer<Entry>
  private var capacity = 64
  private var count = 0
  private var largest = 0
  private var file: TemporaryFile?
  private var runs: [Extent] = []
  /// Bytes written to files.
  private(set) var spilled = 0

  /// - Parameters:
  ///   - memory: bytes; one record is held even if it is larger.
  ///   - purpose: what messages say the temporary files are for.
  ///   - cancellation: what `sorted` and the records that it gives look at.
  init(memory: Int, purpose: String, folder: String?, cancellation: Cancellation) {
    self.memory = memory
    self.cancellation = cancellation
    let bufferSize = min(256 << 10, max(4 << 10, memory / 16))
    makeFile = { TemporaryFile(for: purpose, in: folder, bufferSize: bufferSize) }
    arena = RecordArena(slab: min(1 << 20, max(4 << 10, memory / 16)))
    entries = .allocate(capacity: capacity)
  }

  deinit { entries.deallocate() }

  var memoryInUse: Int { arena.bytes + ExternalSort.bytes(entries: capacity) }

  /// Entries, and what sorting them needs beside.
  private static func bytes(entries: Int) -> Int { entries * MemoryLayout<Entry>.stride * 3 / 2 }

  /// Adds a record. The caller fills the `length` bytes returned, aligned to 8, before any other call.
  @inline(__always)
  func append(_ key: Key, _ length: Int) throws -> UnsafeMutableRawPointer {
    let size = SortRecord<Key>.size(length)
    if count == capacity || arena.used &+ size &+ ExternalSort.bytes(entries: capacity) > memory { try makeRoom(size) }
    let record = arena.take(size)
    record.storeBytes(of: length, as: Int.self)
    record.storeBytes(of: key, toByteOffset: 8, as: Key.self)
    let bytes = record + SortRecord<Key>.head
    // Bounds: `makeRoom` left a free place.
    (entries + count).initialize(to: Entry(key: key, bytes: bytes))
    count &+= 1
    if size > largest { largest = size }
    return bytes
  }

  @inline(never)
  private func makeRoom(_ size: Int) throws {
    let capacity = count == capacity ? capacity * 2 : capacity
    if count > 0, arena.used + size + ExternalSort.bytes(entries: capacity) > memory { try writeRun() }
    if count == self.capacity {
      let grown = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
      grown.moveInitialize(from: entries, count: count)
      entries.deallocate()
      entries = grown
      self.capacity = capacity
    }
  }

  private func sort() {
    var all = UnsafeMutableBufferPointer(start: entries, count: count)
    all.sort { Key.precedes($0.key, $0.bytes, $1.key, $1.bytes) }
  }

  private func writeRun() throws {
    sort()
    let file = self.file ?? makeFile()
    self.file = file
    let start = file.end
    for index in 0..<count {
      let record = entries[index].bytes - SortRecord<Key>.head
      try file.append(record, SortRecord<Key>.size(SortRecord<Key>.count(at: record)))
    }
    runs.append(Extent(start: start, end: file.end))
    spilled += Int(file.end - start)
    arena.removeAll()
    count = 0
  }

  /// The records in order; nothing may be appended any more.
  /// - Parameter memory: bytes for reading runs.
  func sorted(memory: Int) throws -> SortedRecords<Key> {
    guard !runs.isEmpty else {
      sort()
      return SortedRecords(entries: UnsafeBufferPointer(start: entries, count: count), owner: self, cancellation)
    }
    if count > 0 { try writeRun() }
    arena.free()
    entries.deallocate()
    capacity = 1
    entries = .allocate(capacity: capacity)
    let buffer = max(min(256 << 10, max(4 << 10, memory / 64)), largest)
    let fan = max(2, memory / buffer)
    while runs.count > fan { try mergeRuns(by: fan, buffer) }
    guard let file else {
      return SortedRecords(entries: UnsafeBufferPointer(start: nil, count: 0), owner: self, cancellation)
    }
    try file.flush()
    let merge = try RunMerge<Key>(file, runs, buffer: min(1 << 20, max(buffer, memory / runs.count)))
    return SortedRecords(merge, cancellation)
  }

  /// Makes one run of each `fan` runs, in a new file.
  private func mergeRuns(by fan: Int, _ buffer: Int) throws {
    guard let file else { return }
    try file.flush()
    let target = makeFile()
    var merged: [Extent] = []
    for first in stride(from: 0, to: runs.count, by: fan) {
      let merge = try RunMerge<Key>(file, Array(runs[first..<min(first + fan, runs.count)]), buffer: buffer)
      let start = target.end
      while let bytes = try merge.next() {
        try cancellation.check()
        let record = bytes - SortRecord<Key>.head
        try target.append(record, SortRecord<Key>.size(SortRecord<Key>.count(at: record)))
      }
      merged.append(Extent(start: start, end: target.end))
      spilled += Int(target.end - start)
    }
    self.file = target
    runs = merged
  }
}

/// Sorted records, one after the other, from memory or from runs.
final class SortedRecords<Key: SortKey> {
  private let entries: UnsafeBufferPointer<ExternalSort<Key>.Entry>
  private let owner: ExternalSort<Key>?
  private let merge: RunMerge<Key>?
  private let cancellation: Cancellation
  private var at = 0

  /// - Parameter owner: keeps the entries alive.
  init(
    entries: UnsafeBufferPointer<ExternalSort<Key>.Entry>, owner: ExternalSort<Key>, _ cancellation: Cancellation
  ) {
    self.entries = entries
    self.owner = owner
    self.cancellation = cancellation
    merge = nil
  }

  init(_ merge: RunMerge<Key>, _ cancellation: Cancellation) {
    entries = UnsafeBufferPointer(start: nil, count: 0)
    owner = nil
    self.cancellation = cancellation
    self.merge = merge
  }

  /// The next record's bytes, its head before them; they may be changed and are valid until the next call. Nil at the
  /// end.
  @inline(__always)
  func next() throws -> UnsafeMutableRawPointer? {
    try cancellation.check()
    if let merge { return try merge.next() }
    guard at < entries.count else { return nil }
    at &+= 1
    return entries[at &- 1].bytes
  }
}

/// Memory for records, in slabs that are used again. A record that is larger than a slab has memory of its own.
final class RecordArena {
  private let slab: Int
  private var slabs: [UnsafeMutableRawPointer] = []
  private var large: [UnsafeMutableRawPointer] = []
  private var largeBytes = 0
  private var current = 0
  private var room = 0
  private var cursor: UnsafeMutableRawPointer?
  /// Bytes of all records.
  private(set) var used = 0

  /// - Parameter slab: bytes, a multiple of 8.
  init(slab: Int) { self.slab = slab & ~7 }

  deinit { free() }

  var bytes: Int { slabs.count * slab + largeBytes }

  /// `size` bytes, a multiple of 8, aligned to 8.
  @inline(__always)
  func take(_ size: Int) -> UnsafeMutableRawPointer {
    used &+= size
    guard size <= room, let start = cursor else { return takeElsewhere(size) }
    cursor = start + size
    room &-= size
    return start
  }

  @inline(never)
  private func takeElsewhere(_ size: Int) -> UnsafeMutableRawPointer {
    if size > slab / 4 {
      let own = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
      large.append(own)
      largeBytes += size
      return own
    }
    if current == slabs.count { slabs.append(.allocate(byteCount: slab, alignment: 16)) }
    let start = slabs[current]
    current += 1
    cursor = start + size
    room = slab - size
    return start
  }

  /// Forgets all records and keeps the slabs.
  func removeAll() {
    for own in large { own.deallocate() }
    large = []
    largeBytes = 0
    current = 0
    room = 0
    cursor = nil
    used = 0
  }

  func free() {
    removeAll()
    for slab in slabs { slab.deallocate() }
    slabs = []
  }
}
