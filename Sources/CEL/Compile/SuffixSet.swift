/// Several literals, of which a text may end with any.
///
/// The last eight bytes of the text are read once and compared with the short literals; long literals and short texts
/// take the general way.
final class SuffixSet: Sendable {
  private struct Word: Sendable {
    let word: UInt64
    let shift: UInt64
  }

  private let words: [Word]
  private let long: [[UInt8]]
  private let all: [[UInt8]]
  private let matchesEverything: Bool

  init(_ literals: [[UInt8]]) {
    all = literals
    matchesEverything = literals.contains { $0.isEmpty }
    words = literals.filter { 1...8 ~= $0.count }.map { literal in
      var word: UInt64 = 0
      for byte in literal.reversed() { word = word << 8 | UInt64(byte) }
      return Word(word: word, shift: UInt64(64 - 8 * literal.count))
    }
    long = literals.filter { $0.count > 8 }
  }

  func matches(_ p: Pointer, _ count: Int) -> Bool {
    if matchesEverything { return true }
    guard count >= 8 else {
      for literal in all where literal.withUnsafeBufferPointer({ ends(p, count, $0) }) { return true }
      return false
    }
    let tail = load64(p + (count - 8)).littleEndian
    let found = words.withUnsafeBufferPointer { words in
      for word in words where tail &>> word.shift == word.word { return true }
      return false
    }
    if found { return true }
    for literal in long where literal.withUnsafeBufferPointer({ ends(p, count, $0) }) { return true }
    return false
  }

  private func ends(_ p: Pointer, _ count: Int, _ literal: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = literal.baseAddress else { return true }
    return hasSuffix(p, count, start, literal.count)
  }

  func evaluator(_ subject: @escaping Evaluate) -> Evaluate {
    { activation in
      let value = subject(activation)
      return value.isError ? value : .bool(self.matches(value.start, value.length))
    }
  }
}
