internal import Pipeline

/// Texts whose lines end in CR alone, as old Macs wrote them and spreadsheets still do: nothing here would end their
/// lines, so that a whole file would be one record.
enum LineEnds {
  /// I109 if the first bytes have no LF and more than one CR. XML may have lines as it likes, and a single CR may belong
  /// to an LF that is not yet written.
  static func finding(_ head: [UInt8], of input: InputPath) -> Diagnostic? {
    guard !head.contains(UInt8(ascii: "\n")), head.count(where: { $0 == UInt8(ascii: "\r") }) > 1 else { return nil }
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0D, 0xEF, 0xBB, 0xBF]
    if head.first(where: { !blanks.contains($0) }) == UInt8(ascii: "<") { return nil }
    return Diagnostic(
      "I109", "the lines of \(input.title) end in CR alone, so that it would be one record",
      remedy: "give them the ends that are usual: tr '\\r' '\\n' <FILE | trackfill … -")
  }
}
