/// Texts that stand for "no value".
struct MissingTexts: Sendable {
  static let standard = MissingTexts(["-", ""])

  /// Whether a dash and nothing at all are these texts.
  let isStandard: Bool
  private let texts: [[UInt8]]

  init(_ texts: [String]) {
    isStandard = Set(texts) == ["-", ""]
    self.texts = texts.map { Array($0.utf8) }
  }

  @inline(__always)
  func contains(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    let count = stop - start
    if isStandard { return count == 0 || count == 1 && start.pointee == UInt8(ascii: "-") }
    return isListed(start, count)
  }

  @inline(never)
  private func isListed(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    texts.contains { $0.count == count && $0.elementsEqual(UnsafeBufferPointer(start: start, count: count)) }
  }
}
