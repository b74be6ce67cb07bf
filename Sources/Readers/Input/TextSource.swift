public import Pipeline

/// Turns UTF-16 with a byte order mark (RFC 2781) into UTF-8; anything else passes through untouched. Halves of pairs
/// that stand alone, and a last odd byte, become U+FFFD.
public final class TextSource: FragileSource {
  private enum Mode { case unknown, plain, little, big }

  private let bytes: any ByteSource
  private var mode = Mode.unknown
  /// Read, but not yet given or converted.
  private var raw: [UInt8] = []
  private var at = 0
  /// Converted, but no room was left.
  private var pending: [UInt8] = []
  private var hasEnded = false

  public init(_ bytes: any ByteSource) { self.bytes = bytes }

  public var consumed: Int { bytes.consumed }
  public var damage: Reject? { bytes.reportedDamage }

  public func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard target.count > 0 else { return 0 }
    if mode == .unknown { try detect() }
    if mode == .plain {
      guard at < raw.count else { return try bytes.read(into: target) }
      let count = min(target.count, raw.count - at)
      for index in 0..<count { target[index] = raw[at + index] }
      at += count
      return count
    }
    var count = 0
    while count < target.count {
      if !pending.isEmpty {
        target[count] = pending.removeFirst()
        count += 1
      } else if let scalar = try scalar() {
        let encoded = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        if target.count - count >= 4 {
          for byte in encoded {
            target[count] = byte
            count += 1
          }
        } else {
          pending.append(contentsOf: encoded)
        }
      } else {
        break
      }
    }
    return count
  }

  private func detect() throws {
    while raw.count < 2, try fill() {}
    switch (raw.first, raw.dropFirst().first) {
    case (0xFF, 0xFE): mode = .little
    case (0xFE, 0xFF): mode = .big
    default: mode = .plain
    }
    if mode != .plain { at = 2 }
  }

  private func scalar() throws -> UnicodeScalar? {
    guard let first = try unit(at: 0) else {
      guard at < raw.count else { return nil }
      at = raw.count
      return "\u{FFFD}"
    }
    guard first & 0xFC00 == 0xD800, let second = try unit(at: 2), second & 0xFC00 == 0xDC00 else {
      at += 2
      return UnicodeScalar(first) ?? "\u{FFFD}"
    }
    at += 4
    return UnicodeScalar(0x10000 + (UInt32(first) & 0x3FF) << 10 + (UInt32(second) & 0x3FF))
  }

  private func unit(at offset: Int) throws -> UInt16? {
    while raw.count - at < offset + 2 { if try !fill() { return nil } }
    let one = UInt16(raw[at + offset])
    let other = UInt16(raw[at + offset + 1])
    return mode == .little ? other << 8 | one : one << 8 | other
  }

  /// Reads on behind what is not yet used.
  private func fill() throws -> Bool {
    guard !hasEnded else { return false }
    raw.removeFirst(at)
    at = 0
    let before = raw.count
    let size = mode == .unknown ? 2 : 64 * 1024
    raw.append(contentsOf: repeatElement(0, count: size))
    let count = try raw.withUnsafeMutableBytes {
      try bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[before...]))
    }
    raw.removeLast(size - count)
    hasEnded = count == 0
    return count > 0
  }
}
