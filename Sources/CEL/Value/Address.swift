/// An IP address (RFC 791, RFC 4291) in the bytes of a value: four or sixteen, in network order.
///
/// `::ffff:c000:201` is the old address that it maps. The same with dots in it, or with a zone, is refused, as the
/// network extension of the language has it.
struct Address {
  let bytes: UnsafeBufferPointer<UInt8>

  var isOld: Bool { bytes.count == 4 }

  init(_ value: Value) { bytes = value.utf8 }

  /// Why a text is no address.
  enum Failure: Error {
    case syntax, zone, mapped

    var message: String {
      switch self {
      case .syntax: "not an IP address"
      case .zone: "an IP address with a zone is not allowed"
      case .mapped: "an IPv4-mapped IPv6 address is not allowed"
      }
    }
  }

  /// An address as it is read: up to sixteen bytes, without a place in memory.
  struct Parsed {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var isOld = false

    var bits: Int { isOld ? 32 : 128 }

    /// Clears the bits behind a prefix, which is at most `bits` long.
    func masked(_ prefix: Int) -> Parsed {
      var result = self
      if isOld {
        result.low = prefix == 0 ? 0 : low & (UInt64(UInt32.max) << (32 - UInt64(prefix)) & UInt64(UInt32.max))
      } else if prefix <= 64 {
        result.high = prefix == 0 ? 0 : high & UInt64.max << (64 - UInt64(prefix))
        result.low = 0
      } else {
        result.low = low & UInt64.max << (128 - UInt64(prefix))
      }
      return result
    }

    /// Bytes of `2001:db8:1::` and `255.255.255.0` at their longest.
    static let longestMask = 16

    /// Writes what is left when the last part of an old address, or all but the first 48 bits of another, is 0, in
    /// canonical form (RFC 5952 §4): those zeros are always the longest run.
    ///
    /// - Returns: how many bytes it is.
    func writeMask(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
      var count = 0
      func write(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
      }
      func write(_ number: UInt64, radix: UInt64) {
        if number >= radix { write(number / radix, radix: radix) }
        let digit = UInt8(truncatingIfNeeded: number % radix)
        write(digit < 10 ? 0x30 + digit : 0x57 + digit)
      }
      let (colon, dot) = (UInt8(ascii: ":"), UInt8(ascii: "."))
      if isOld {
        for shift: UInt64 in [24, 16, 8] {
          write(low >> shift & 0xFF, radix: 10)
          write(dot)
        }
        write(0x30)
        return count
      }
      let kept = high >> 16
      let groups = kept == 0 ? 0 : 3 - min(2, kept.trailingZeroBitCount / 16)
      for index in 0..<groups {
        if index > 0 { write(colon) }
        write(kept >> UInt64(32 - 16 * index) & 0xFFFF, radix: 16)
      }
      write(colon)
      write(colon)
      return count
    }

    func value(_ activation: Activation, prefix: Int? = nil) -> Value {
      let count = isOld ? 4 : 16
      guard let memory = activation.allocate(count)?.assumingMemoryBound(to: UInt8.self) else {
        return .error(.outOfMemory)
      }
      for index in 0..<count {
        let word = index < count - 8 ? high : low
        memory[index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * ((count - 1 - index) % 8)))
      }
      return Value(
        kind: prefix == nil ? .address : .network, auxiliary: UInt16(truncatingIfNeeded: prefix ?? 0),
        count: UInt32(count), bits: UInt64(UInt(bitPattern: memory)))
    }
  }

  var parsed: Parsed {
    var (high, low): (UInt64, UInt64) = (0, 0)
    for byte in bytes {
      high = high << 8 | low >> 56
      low = low << 8 | UInt64(byte)
    }
    return Parsed(high: high, low: low, isOld: isOld)
  }

  // MARK: Text

  static func parse(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Result<Parsed, Failure> {
    guard text.count <= 64 else { return .failure(.syntax) }
    if text.contains(UInt8(ascii: "%")) { return .failure(.zone) }
    if !text.contains(UInt8(ascii: ":")) {
      return old(text).map { .success(Parsed(low: UInt64($0), isOld: true)) } ?? .failure(.syntax)
    }
    return new(text)
  }

  /// Four decimal numbers without leading zeros.
  private static func old(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32? {
    var (value, number): (UInt32, UInt32) = (0, 0)
    var (dots, digits) = (0, 0)
    for byte in text {
      if byte == UInt8(ascii: ".") {
        guard digits > 0, dots < 3 else { return nil }
        value = value << 8 | number
        (number, digits) = (0, 0)
        dots += 1
      } else {
        guard byte.isDigit, digits == 0 || number > 0 else { return nil }
        number = number * 10 + UInt32(byte & 15)
        digits += 1
        guard number < 256 else { return nil }
      }
    }
    return dots == 3 && digits > 0 ? value << 8 | number : nil
  }

  /// Groups of hexadecimal digits, at most one gap, at the end perhaps an old address.
  private static func new(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Result<Parsed, Failure> {
    let colon = UInt8(ascii: ":")
    var groups = SIMD8<UInt16>()
    var count = 0
    var gap: Int?
    var hasDots = false
    var index = text.startIndex
    if text.first == colon {
      guard text.count >= 2, text[index + 1] == colon else { return .failure(.syntax) }
      gap = 0
      index += 2
    }
    while index < text.endIndex {
      var end = index
      var group: UInt32 = 0
      while end < text.endIndex, end - index < 5, let digit = text[end].hexadecimal {
        group = group << 4 | UInt32(digit)
        end += 1
      }
      if end < text.endIndex, text[end] == UInt8(ascii: ".") {
        guard count <= 6, let tail = old(text[index...]) else { return .failure(.syntax) }
        groups[count] = UInt16(tail >> 16)
        groups[count + 1] = UInt16(truncatingIfNeeded: tail)
        count += 2
        hasDots = true
        break
      }
      guard 1...4 ~= end - index, count < 8 else { return .failure(.syntax) }
      groups[count] = UInt16(group)
      count += 1
      guard end < text.endIndex else { break }
      index = end + 1
      guard text[end] == colon, index < text.endIndex else { return .failure(.syntax) }
      if text[index] == colon {
        guard gap == nil else { return .failure(.syntax) }
        gap = count
        index += 1
      }
    }
    if let gap {
      guard count < 8 else { return .failure(.syntax) }
      // What stands behind the gap moves to the end.
      let tail = count - gap
      for offset in 0..<tail {
        groups[7 - offset] = groups[count - 1 - offset]
        groups[count - 1 - offset] = 0
      }
    } else if count < 8 {
      return .failure(.syntax)
    }
    func word(_ start: Int) -> UInt64 { (start..<start + 4).reduce(0) { $0 << 16 | UInt64(groups[$1]) } }
    let (high, low) = (word(0), word(4))
    guard high == 0, low >> 32 == 0xFFFF else { return .success(Parsed(high: high, low: low)) }
    return hasDots ? .failure(.mapped) : .success(Parsed(low: low & 0xFFFF_FFFF, isOld: true))
  }

  /// The canonical text (RFC 5952 §4).
  func appendText(to buffer: inout [UInt8]) {
    if isOld {
      for (index, byte) in bytes.enumerated() {
        if index > 0 { buffer.append(UInt8(ascii: ".")) }
        buffer += Array(String(byte).utf8)
      }
      return
    }
    let groups = (0..<8).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
    // The longest run of at least two zeros, the first of equals, is a gap.
    var gap = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, groups[end] == 0 { end += 1 }
      if end - start > max(1, gap.count) { gap = start..<end }
      start = max(end, start + 1)
    }
    var index = 0
    while index < 8 {
      if index == gap.lowerBound, !gap.isEmpty {
        buffer += Array("::".utf8)
        index = gap.upperBound
        continue
      }
      if index > 0, index != gap.upperBound || gap.isEmpty { buffer.append(UInt8(ascii: ":")) }
      buffer += Array(String(groups[index], radix: 16).utf8)
      index += 1
    }
  }

  // MARK: What an address is for (RFC 6890)

  var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
  var isLoopback: Bool { isOld ? bytes[0] == 127 : parsed.high == 0 && parsed.low == 1 }
  var isMulticast: Bool { isOld ? bytes[0] & 0xF0 == 0xE0 : bytes[0] == 0xFF }
  var isLinkLocalUnicast: Bool {
    isOld ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
  }
  var isLinkLocalMulticast: Bool {
    isOld ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0 : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
  }
  /// Any unicast address beyond the link, private ones too.
  var isGlobalUnicast: Bool {
    !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast && !(isOld && parsed.low == 0xFFFF_FFFF)
  }
}

/// A range of addresses: an address, and how many of its first bits count (RFC 4632).
struct Network {
  let address: Address
  let prefix: Int

  init(_ value: Value) {
    address = Address(value)
    prefix = Int(value.auxiliary)
  }

  static func parse(
    _ text: Slice<UnsafeBufferPointer<UInt8>>
  ) -> Result<(Address.Parsed, Int), Address.Failure> {
    let wrong = Address.Failure.syntax
    guard let slash = text.lastIndex(of: UInt8(ascii: "/")) else { return .failure(wrong) }
    return Address.parse(text[..<slash]).flatMap { parsed in
      let digits = text[(slash + 1)...]
      guard let first = digits.first, digits.count <= 3, digits.allSatisfy(\.isDigit),
        first != 0x30 || digits.count == 1
      else { return .failure(wrong) }
      let prefix = digits.reduce(0) { $0 * 10 + Int($1 & 15) }
      return prefix <= parsed.bits ? .success((parsed, prefix)) : .failure(wrong)
    }
  }

  func appendText(to buffer: inout [UInt8]) {
    address.appendText(to: &buffer)
    buffer.append(UInt8(ascii: "/"))
    buffer += Array(String(prefix).utf8)
  }

  func contains(_ other: Address.Parsed) -> Bool {
    guard other.isOld == address.isOld else { return false }
    let (a, b) = (address.parsed.masked(prefix), other.masked(prefix))
    return a.high == b.high && a.low == b.low
  }

  func contains(_ other: Address.Parsed, _ otherPrefix: Int) -> Bool { prefix <= otherPrefix && contains(other) }
}
