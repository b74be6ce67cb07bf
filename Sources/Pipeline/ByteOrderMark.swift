/// The mark of UTF-8 (U+FEFF) that some programs write in front of a text. It is not part of the text.
public enum ByteOrderMark {
  /// Bytes of the mark that the bytes begin with: three or none.
  @inlinable
  public static func length(of bytes: some RandomAccessCollection<UInt8>) -> Int {
    guard bytes.count >= 3 else { return 0 }
    let start = bytes.startIndex
    let isMark =
      bytes[start] == 0xEF && bytes[bytes.index(start, offsetBy: 1)] == 0xBB
      && bytes[bytes.index(start, offsetBy: 2)] == 0xBF
    return isMark ? 3 : 0
  }
}
