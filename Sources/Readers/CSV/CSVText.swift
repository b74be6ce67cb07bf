internal import Pipeline

/// The text of a field: what stands between its quotes, with escapes undone.
enum CSVText {
  /// Points into the field where nothing is escaped, else into the arena.
  @inline(__always)
  static func value(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, quote: UInt8?, _ escape: CSVDialect.Escape,
    _ arena: Arena
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    if escape == .backslash { return escaped(start, stop, quote, arena) }
    guard let quote, start < stop, start.pointee == quote else { return (start, stop) }
    return quoted(start, stop, quote, arena)
  }

  @inline(never)
  private static func quoted(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ quote: UInt8, _ arena: Arena
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    let from = start + 1
    var to = stop
    // The scanner let nothing but blanks stand behind the closing quote.
    while to > from, to[-1] != quote { to -= 1 }
    guard to > from else { return (from, stop) }
    to -= 1
    guard Scan.byte(quote, from, to) < to else { return (from, to) }
    let copy = arena.allocateBytes(to - from + Block.padding)
    var count = 0
    var at = from
    while at < to {
      copy[count] = at.pointee
      count += 1
      at += at.pointee == quote ? 2 : 1
    }
    (copy + count).initialize(repeating: 0, count: Block.padding)
    return (UnsafePointer(copy), UnsafePointer(copy) + count)
  }

  /// With backslashes: `\n`, `\r`, `\t`, `\0` as programs write them, any other byte stands for itself. `\N` alone is
  /// left as it is: databases write it for NULL, and `missing` can name it.
  @inline(never)
  private static func escaped(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ quote: UInt8?, _ arena: Arena
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>) {
    var (from, to) = (start, stop)
    if let quote, from < to, from.pointee == quote {
      from += 1
      while to > from, to[-1] != quote { to -= 1 }
      if to > from { to -= 1 }
    }
    let backslash = UInt8(ascii: "\\")
    guard Scan.byte(backslash, from, to) < to else { return (from, to) }
    if to - from == 2, from[1] == UInt8(ascii: "N") { return (from, to) }
    let copy = arena.allocateBytes(to - from + Block.padding)
    var count = 0
    var at = from
    while at < to {
      var byte = at.pointee
      at += 1
      if byte == backslash, at < to {
        switch at.pointee {
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "0"): byte = 0
        default: byte = at.pointee
        }
        at += 1
      }
      copy[count] = byte
      count += 1
    }
    (copy + count).initialize(repeating: 0, count: Block.padding)
    return (UnsafePointer(copy), UnsafePointer(copy) + count)
  }
}
