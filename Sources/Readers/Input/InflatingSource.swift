internal import CZlib
public import Pipeline

/// Undoes gzip (RFC 1952) and zlib (RFC 1950). A gzip file may have many members; zero bytes and whatever is no member
/// behind the last one are passed over. Damage ends the bytes: what came before it is delivered.
public final class InflatingSource: FragileSource {
  private static let bufferSize = 64 * 1024

  private let stored: any ByteSource
  private let stream: UnsafeMutablePointer<z_stream>
  private let buffer: UnsafeMutableRawBufferPointer
  private enum State { case member, between, ended }
  private var state = State.member
  private var inflated = 0
  private var taken = 0
  public private(set) var damage: Reject?

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
    stream.initialize(to: z_stream())
    buffer = .allocate(byteCount: InflatingSource.bufferSize, alignment: 4096)
    trackfill_inflate_init(stream)
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    buffer.deallocate()
  }

  /// Bytes of the compressed input that were inflated.
  public var consumed: Int { stored.consumed - Int(stream.pointee.avail_in) }

  public func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard let base = target.baseAddress, target.count > 0 else { return 0 }
    let room = min(target.count, 1 << 30)
    stream.pointee.next_out = base.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    while stream.pointee.avail_out > 0, state != .ended {
      if stream.pointee.avail_in == 0, try !refill() {
        if state == .member {
          fail("I201", "the compressed data ends too early", "the file was cut off or is still written", room)
        }
        state = .ended
        break
      }
      if state == .between {
        try nextMember()
        continue
      }
      let status = inflate(stream, Z_NO_FLUSH)
      switch status {
      case Z_OK: break
      case Z_STREAM_END: state = .between
      case Z_BUF_ERROR where stream.pointee.avail_in == 0: break
      default:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
        fail("I202", "the compressed data is corrupt (\(reason))", "fetch the file again", room)
        state = .ended
      }
    }
    let count = room - Int(stream.pointee.avail_out)
    inflated += count
    return count
  }

  private func refill() throws -> Bool {
    let count = try stored.read(into: buffer)
    taken += count
    stream.pointee.next_in = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(count)
    return count > 0
  }

  /// Behind a member: another one, or nothing that counts.
  private func nextMember() throws {
    while let next = stream.pointee.next_in, stream.pointee.avail_in > 0, next.pointee == 0 {
      stream.pointee.next_in = next + 1
      stream.pointee.avail_in -= 1
    }
    guard let next = stream.pointee.next_in, stream.pointee.avail_in > 0 else { return }
    guard next.pointee == 0x1F else {
      state = .ended
      return
    }
    // The magic's second byte may still be unread; inflate would call its absence damage.
    if stream.pointee.avail_in == 1 {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[1...])
      buffer[0] = 0x1F
      let count = try stored.read(into: rest)
      taken += count
      stream.pointee.next_in = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_in = UInt32(count + 1)
    }
    guard stream.pointee.avail_in > 1, stream.pointee.next_in[1] == 0x8B else {
      state = .ended
      return
    }
    inflateReset(stream)
    state = .member
  }

  private func fail(_ code: String, _ message: String, _ hint: String, _ room: Int) {
    let output = inflated + room - Int(stream.pointee.avail_out)
    damage = Reject(
      stage: .record, code: code,
      message: "\(message) at byte \(taken - Int(stream.pointee.avail_in)), after \(output) decompressed bytes",
      hint: hint, offset: nil, length: 0, line: 0, number: 0)
  }
}
