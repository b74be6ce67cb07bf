internal import CISAL
public import Pipeline

/// Undoes gzip (RFC 1952) and zlib (RFC 1950). A gzip file may have many members; zero bytes and whatever is no member
/// behind the last one are passed over. Damage ends the bytes: what came before it is delivered.
///
/// By ISA-L, which inflates in less than half of zlib's time: of a compressed log, inflating is the larger part.
public final class InflatingSource: FragileSource {
  private static let bufferSize = 64 * 1024

  private let stored: any ByteSource
  private let stream: UnsafeMutablePointer<inflate_state>
  private let buffer: UnsafeMutableRawBufferPointer
  private enum State { case begin, member, between, ended }
  private var state = State.begin
  private var inflated = 0
  /// What was inflated before the member at hand.
  private var inflatedBefore = 0
  private var taken = 0
  public private(set) var ending = SourceEnd.whole

  /// Whether bytes begin like a compressed input: their first bytes decide, never a name.
  public static func recognises(_ head: some RandomAccessCollection<UInt8>) -> Bool {
    let start = Array(head.prefix(3))
    guard start.count == 3 else { return false }
    if start[0] == 0x1F, start[1] == 0x8B { return true }
    // A zlib header has a check in it; the third byte's block type must exist.
    let isWindow = start[0] == 0x78 && [0x01, 0x5E, 0x9C, 0xDA].contains(start[1])
    return isWindow && (start[2] >> 1) & 3 != 3
  }

  public init(_ stored: any ByteSource) {
    self.stored = stored
    stream = .allocate(capacity: 1)
    isal_inflate_init(stream)
    buffer = .allocate(byteCount: InflatingSource.bufferSize, alignment: 4096)
  }

  deinit {
    stream.deallocate()
    buffer.deallocate()
  }

  /// Bytes of the compressed input that were inflated.
  public var consumed: Int { stored.consumed - unread }

  /// Of the bytes taken, those that are not inflated yet; some wait in the state's word of bits.
  private var unread: Int { Int(stream.pointee.avail_in) + max(0, Int(stream.pointee.read_in_length)) / 8 }

  public func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let base = target.baseAddress, target.count > 0 else { return 0 }
    let room = min(target.count, 1 << 30)
    stream.pointee.next_out = base.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    while stream.pointee.avail_out > 0, state != .ended {
      switch state {
      case .begin: try begin(room)
      case .between: try nextMember(room)
      case .member: try inflate(room)
      case .ended: break
      }
    }
    let count = room - Int(stream.pointee.avail_out)
    inflated += count
    return count
  }

  /// The first bytes say which of the two formats it is.
  private func begin(_ room: Int) throws {
    guard try refill() else { return endEarly(room) }
    stream.pointee.crc_flag = UInt32(stream.pointee.next_in[0] == 0x1F ? ISAL_GZIP : ISAL_ZLIB)
    state = .member
  }

  /// One step of a member. Output may still be held back when the input is used up, so that more is asked for only when
  /// none comes any more.
  private func inflate(_ room: Int) throws {
    let (input, output) = (stream.pointee.avail_in, stream.pointee.avail_out)
    let status = isal_inflate(stream)
    if stream.pointee.block_state == ISAL_BLOCK_FINISH, status == ISAL_DECOMP_OK {
      state = .between
    } else if ![ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW].contains(status) {
      fail("the compressed data is corrupt (\(reason(status, room)))", "fetch the file again", room)
    } else if stream.pointee.avail_out == output, stream.pointee.avail_in == 0 {
      if try !refill() { endEarly(room) }
    } else if stream.pointee.avail_out == output, stream.pointee.avail_in == input {
      fail("the compressed data is corrupt", "fetch the file again", room)
    }
  }

  private func reason(_ status: Int32, _ room: Int) -> String {
    switch status {
    case ISAL_INVALID_BLOCK: "a block that does not exist"
    case ISAL_INVALID_SYMBOL: "a code that does not exist"
    case ISAL_INVALID_LOOKBACK: "a reference to before the beginning"
    case ISAL_INVALID_WRAPPER: "a wrong header"
    case ISAL_UNSUPPORTED_METHOD: "an unknown method"
    case ISAL_INCORRECT_CHECKSUM:
      "the checksum differs: any of the \(output(room) - inflatedBefore) bytes before may be wrong"
    case ISAL_NEED_DICT: "it needs a dictionary"
    default: "error \(status)"
    }
  }

  private func endEarly(_ room: Int) {
    state = .ended
    ending = .cutOff(
      damage("I201", "the compressed data ends too early", "the file was cut off or is still written", room))
  }

  private func endInOther(_ room: Int) {
    fail(
      "what stands behind the compressed data is not compressed", "give it as a file of its own, or compress all of it",
      room)
  }

  private func refill() throws -> Bool {
    let count = try stored.read(into: buffer)
    taken += count
    stream.pointee.next_in = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
    return count > 0
  }

  /// Behind a member: another one, padding, or what somebody appended without compressing it.
  private func nextMember(_ room: Int) throws {
    if stream.pointee.avail_in == 0, try !refill() {
      state = .ended
      return
    }
    while let next = stream.pointee.next_in, stream.pointee.avail_in > 0, next.pointee == 0 {
      stream.pointee.next_in = next + 1
      stream.pointee.avail_in -= 1
    }
    guard let next = stream.pointee.next_in, stream.pointee.avail_in > 0 else { return }
    guard next.pointee == 0x1F else { return endInOther(room) }
    // The magic's second byte may still be unread; inflate would call its absence damage.
    if stream.pointee.avail_in == 1 {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[1...])
      buffer[0] = 0x1F
      let count = try stored.read(into: rest)
      taken += count
      stream.pointee.next_in = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(count + 1)
    }
    guard stream.pointee.avail_in > 1 else { return endEarly(room) }
    guard stream.pointee.next_in[1] == 0x8B else { return endInOther(room) }
    isal_inflate_reset(stream)
    stream.pointee.crc_flag = UInt32(ISAL_GZIP)
    inflatedBefore = output(room)
    state = .member
  }

  /// Bytes inflated, those in the caller's room included.
  private func output(_ room: Int) -> Int { inflated + room - Int(stream.pointee.avail_out) }

  private func fail(_ message: String, _ hint: String, _ room: Int) {
    state = .ended
    ending = .damaged(damage("I202", message, hint, room))
  }

  private func damage(_ code: String, _ message: String, _ hint: String, _ room: Int) -> Reject {
    Reject(
      stage: .record, code: code,
      message: "\(message) at byte \(taken - unread), after \(output(room)) decompressed bytes",
      hint: hint, offset: nil, length: 0, line: 0, number: 0)
  }
}
