internal import CProcessor

/// A UUID as its sixteen bytes in network order (RFC 9562).
@frozen
public struct UUID: BitwiseCopyable, Sendable, Hashable, Comparable {
  /// Bytes 0…7 and 8…15, big-endian: comparing numbers is comparing texts.
  public var high: UInt64
  /// Bytes 8…15.
  public var low: UInt64

  @inlinable
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  @inlinable
  public static func < (a: UUID, b: UUID) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }

  /// RFC 9562 §6.6: the namespace for names that are URLs.
  public static let urlNamespace = UUID(high: 0x6ba7_b811_9dad_11d1, low: 0x80b4_00c0_4fd4_30c8)

  /// The first sixteen bytes of a hash with version and variant set.
  init(high: UInt64, low: UInt64, version: UInt64) {
    self.high = high & 0xFFFF_FFFF_FFFF_0FFF | version << 12
    self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
  }

  /// Writes the 36 characters.
  public func write(to text: UnsafeMutablePointer<UInt8>) { hex_text_uuid(high, low, text) }

  /// 36 characters, lower-case.
  public var text: String {
    String(unsafeUninitializedCapacity: 36) { buffer in
      if let start = buffer.baseAddress { write(to: start) }
      return 36
    }
  }

  /// Reads the usual text form.
  public init?(_ text: String) {
    let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
    guard text.utf8.count == 36, digits.count == 32 else { return nil }
    var halves: [UInt64] = [0, 0]
    for (index, digit) in digits.enumerated() {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
      halves[index / 16] = halves[index / 16] << 4 | UInt64(value)
    }
    self.init(high: halves[0], low: halves[1])
  }

  /// Version 5 of a name in this namespace; for what is computed once.
  public func named(_ name: String) -> UUID {
    let message = MessageBatch(capacity: 1)
    message.append(bigEndian: high)
    message.append(bigEndian: low)
    var name = name
    name.withUTF8 { message.append($0) }
    message.close(DigestFunction.sha1.start)
    return message.digestLast(by: .sha1).id(version: 5)
  }
}

extension UUID: CustomStringConvertible {
  public var description: String { text }
}
