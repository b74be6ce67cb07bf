internal import Glibc
internal import Pipeline

/// Puts payloads into the order in which they leave.
final class PayloadSort: PayloadWriter {
  /// Closing time, session start, session id, part.
  struct LeavingOrder: SortKey {
    var closing: Int64
    var start: Int64
    var id: UUID
    var part: Int

    @inline(__always)
    static func precedes(
      _ a: LeavingOrder, _ aBytes: UnsafeRawPointer, _ b: LeavingOrder, _ bBytes: UnsafeRawPointer
    ) -> Bool {
      if a.closing != b.closing { return a.closing < b.closing }
      if a.start != b.start { return a.start < b.start }
      return a.id != b.id ? a.id < b.id : a.part < b.part
    }
  }

  private let sort: ExternalSort<LeavingOrder>
  private var key = LeavingOrder(closing: 0, start: 0, id: UUID(high: 0, low: 0), part: 0)

  init(_ sort: ExternalSort<LeavingOrder>) { self.sort = sort }

  var spilled: Int { sort.spilled }

  /// What is written next are the parts of this session.
  func begin(closing: Int64, start: Int64, id: UUID) {
    key = LeavingOrder(closing: closing, start: start, id: id, part: 0)
  }

  func write(_ payload: UnsafeBufferPointer<UInt8>) throws {
    let target = try sort.append(key, payload.count)
    if let start = payload.baseAddress { memcpy(target, start, payload.count) }
    key.part += 1
  }

  func finish() {}
  func abandon() {}

  /// Hands over all payloads in order.
  func emit(to writer: any PayloadWriter, memory: Int) throws {
    let sorted = try sort.sorted(memory: memory)
    while let bytes = try sorted.next() {
      let count = SortRecord<LeavingOrder>.count(at: bytes - SortRecord<LeavingOrder>.head)
      try writer.write(UnsafeBufferPointer(start: bytes.assumingMemoryBound(to: UInt8.self), count: count))
    }
  }
}
