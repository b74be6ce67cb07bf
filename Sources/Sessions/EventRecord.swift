internal import Glibc
internal import Pipeline

/// An event on its own: the `Event`, its ranges counted from its end, and then its texts. Begins at a multiple of 8.
enum EventRecord {
  @inline(__always) private static var head: Int { MemoryLayout<Event>.stride }

  @inline(__always)
  static func size(_ event: UnsafePointer<Event>) -> Int {
    head &+ length(event.pointee.visitor) &+ length(event.pointee.body) &+ length(event.pointee.context)
      &+ length(event.pointee.request) &+ length(event.pointee.profile) &+ length(event.pointee.split)
  }

  @inline(__always) private static func length(_ range: ByteRange) -> Int { max(0, Int(range.length)) }

  /// - Parameter target: room for `size` bytes.
  @inline(__always)
  static func write(_ event: UnsafePointer<Event>, _ text: UnsafePointer<UInt8>, to target: UnsafeMutableRawPointer) {
    let base = target + head
    var copy = event.pointee
    var at = 0
    func move(_ range: ByteRange) -> ByteRange {
      guard range.isPresent else { return range }
      // Bounds: `size` counted the same lengths.
      memcpy(base + at, text + Int(range.offset), Int(range.length))
      defer { at &+= Int(range.length) }
      return ByteRange(offset: at, length: Int(range.length))
    }
    copy.visitor = move(copy.visitor)
    copy.body = move(copy.body)
    copy.context = move(copy.context)
    copy.request = move(copy.request)
    copy.profile = move(copy.profile)
    copy.split = move(copy.split)
    target.storeBytes(of: copy, as: Event.self)
  }

  @inline(__always)
  static func event(at record: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Event> {
    record.assumingMemoryBound(to: Event.self)
  }

  @inline(__always)
  static func text(at record: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt8> {
    (record + head).assumingMemoryBound(to: UInt8.self)
  }
}

/// Time, then input and arrival.
struct TimeOrder: SortKey {
  var time: Int64
  var rank: UInt64

  @inline(__always)
  static func precedes(
    _ a: TimeOrder, _ aBytes: UnsafeRawPointer, _ b: TimeOrder, _ bBytes: UnsafeRawPointer
  ) -> Bool { a.time != b.time ? a.time < b.time : a.rank < b.rank }
}

/// Gives events their place among those of equal time: input, then arrival.
struct ArrivalRanks {
  private var next: [UInt64]

  init(inputs: Int) { next = (0..<inputs).map { UInt64($0) << 40 } }

  /// - Precondition: `input` is one of the inputs.
  mutating func rank(of input: Int) -> UInt64 {
    defer { next[input] &+= 1 }
    return next[input]
  }
}
