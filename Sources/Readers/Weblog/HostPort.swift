/// A host, perhaps with a port: `host`, `host:port`, `[v6]`, `[v6]:port`. An address with more colons than one and no
/// brackets has no port.
enum HostPort {
  /// Where the colon before the port stands; nil if there is none.
  static func colon(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    guard let colon = Scan.lastByte(UInt8(ascii: ":"), start, stop), colon > start,
      colon[-1] == UInt8(ascii: "]") || Scan.byte(UInt8(ascii: ":"), start, stop) == colon
    else { return nil }
    return colon
  }
}
