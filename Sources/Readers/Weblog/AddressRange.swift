internal import Glibc

/// Addresses that agree in their first bits, as `10.0.0.0/8` or `2001:db8::/32`. Addresses of version 4 are counted among
/// those of version 6, `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
struct AddressRange: Sendable, Equatable {
  private let high: UInt64
  private let low: UInt64
  private let highMask: UInt64
  private let lowMask: UInt64

  /// One address, or one with the length of its prefix; nil if the text is neither.
  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = Array(first.utf8).withUnsafeBufferPointer({ Address($0) }) else {
      return nil
    }
    let isOld = !first.utf8.contains(UInt8(ascii: ":"))
    var length = 128
    if parts.count == 2 {
      guard let bits = Int(parts[1]), (0...(isOld ? 32 : 128)).contains(bits), parts[1].allSatisfy(\.isNumber) else {
        return nil
      }
      length = isOld ? bits + 96 : bits
    }
    highMask = length >= 64 ? .max : length == 0 ? 0 : .max << UInt64(64 - length)
    lowMask = length <= 64 ? 0 : .max << UInt64(128 - length)
    high = address.high & highMask
    low = address.low & lowMask
  }

  func contains(_ address: Address) -> Bool {
    address.high & highMask == high && address.low & lowMask == low
  }

  /// What proxies are on: private networks (RFC 1918, RFC 4193), loopback, link-local.
  static let `private` = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "::1", "fc00::/7", "fe80::/10",
  ].compactMap { AddressRange($0) }

  /// An address as a number of 128 bits.
  struct Address {
    var high: UInt64
    var low: UInt64

    init?(_ text: UnsafeBufferPointer<UInt8>) {
      // inet_pton wants a terminated text; no address is longer than 45 bytes.
      guard let start = text.baseAddress, (2...45).contains(text.count) else { return nil }
      let parsed: (UInt64, UInt64)? = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 48) { copy in
        for index in 0..<text.count { copy[index] = CChar(bitPattern: start[index]) }
        copy[text.count] = 0
        guard let base = copy.baseAddress else { return nil }
        var old = in_addr()
        if inet_pton(AF_INET, base, &old) == 1 { return (0, 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: old.s_addr))) }
        var words: (UInt64, UInt64) = (0, 0)
        guard inet_pton(AF_INET6, base, &words) == 1 else { return nil }
        return (UInt64(bigEndian: words.0), UInt64(bigEndian: words.1))
      }
      guard let parsed else { return nil }
      high = parsed.0
      low = parsed.1
    }
  }
}

extension AddressRange.Address {
  /// Where an address begins and ends, which stands in brackets or not: `[2001:db8::1]`.
  @inline(__always)
  static func withoutBrackets(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    stop - start > 2 && start.pointee == UInt8(ascii: "[") && stop[-1] == UInt8(ascii: "]")
      ? (start + 1, stop - 1) : (start, stop)
  }
}
