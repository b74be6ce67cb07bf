/// Fields that stand free: what ends them lets blanks pass, so that words before them may be taken for a part of them.
enum FreeField {
  /// What of a value of several bytes is the user's name or the address; nil if words stand before it that are no part of it,
  /// as with a collector's prefix, or one more field than the format has.
  @inline(never)
  static func own(
    _ freedom: WeblogParser.Step.Freedom, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) -> (start: UnsafePointer<UInt8>, stop: UnsafePointer<UInt8>)? {
    let (blank, dash) = (UInt8(ascii: " "), UInt8(ascii: "-"))
    if freedom == .counter {
      for byte in UnsafeBufferPointer(start: start, count: stop - start) where byte &- 48 >= 10 { return nil }
    }
    guard freedom == .user else { return Scan.byte(blank, start, stop) == stop ? (start, stop) : nil }
    var (from, to) = (start, stop)
    // Older Jettys write a blank on either side.
    while from < to, from.pointee == blank { from += 1 }
    while to > from, to[-1] == blank { to -= 1 }
    // Apache writes an empty name so.
    if to - from == 2, from[0] == UInt8(ascii: "\""), from[1] == UInt8(ascii: "\"") { return (from, from) }
    // Behind an address, or at the very beginning, a dash that is a word stands for the client's identity (RFC 1413): the
    // line has words before its address. Anywhere else it is part of a name.
    var (at, before) = (from, UnsafeBufferPointer(start: from, count: 0))
    while to - from > 1, at < to {
      let end = Scan.byte(blank, at, to)
      let word = UnsafeBufferPointer(start: at, count: end - at)
      if word.count == 1, at.pointee == dash, before.isEmpty || isAddress(before) { return nil }
      before = word
      at = end + 1
    }
    return (from, to)
  }

  private static let marks: [UInt8] = Array("[](),".utf8)

  /// Whether the word is an address, perhaps in brackets and of a list.
  private static func isAddress(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let last = word.lastIndex(where: { !marks.contains($0) }) else { return false }
    return AddressRange.Address(UnsafeBufferPointer(rebasing: word[...last].drop { marks.contains($0) })) != nil
  }
}
