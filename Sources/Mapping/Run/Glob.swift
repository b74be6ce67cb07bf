/// A glob as a nondeterministic automaton whose states are the bits of a word: one step a byte, linear in the text
/// whatever the pattern, nothing allocated.
final class Glob: @unchecked Sendable {
  /// Pieces (bytes and stars) that one glob may have.
  static let longest = 63

  /// For each byte the states that it moves on.
  private let moves: UnsafeMutablePointer<UInt64>
  /// States that stay on any byte but a slash, and on any byte.
  private var some: UInt64 = 0
  private var any: UInt64 = 0
  private var accepting: UInt64 = 0
  /// Whether it is of the whole text, not of what stands behind its last slash.
  private let isOfWhole: Bool

  static func pieces(_ pattern: [UInt8]) -> Int {
    var count = 0
    var wasStar = false
    for byte in pattern {
      let isStar = byte == UInt8(ascii: "*")
      if !isStar || !wasStar { count += 1 }
      wasStar = isStar
    }
    return count
  }

  /// - Parameters:
  ///   - pattern: of at most `longest` pieces.
  ///   - isPath: whether slashes part its segments; else a star stands for anything.
  init(_ pattern: [UInt8], isPath: Bool) {
    moves = .allocate(capacity: 256)
    moves.initialize(repeating: 0, count: 256)
    isOfWhole = !isPath || pattern.contains(UInt8(ascii: "/"))
    var state = 0
    var at = 0
    while at < pattern.count, state < Glob.longest {
      if pattern[at] == UInt8(ascii: "*") {
        var stars = 0
        while at < pattern.count, pattern[at] == UInt8(ascii: "*") {
          stars += 1
          at += 1
        }
        if stars > 1 || !isPath { any |= 1 << UInt64(state) } else { some |= 1 << UInt64(state) }
      } else {
        moves[Int(pattern[at])] |= 1 << UInt64(state)
        at += 1
      }
      state += 1
    }
    accepting = 1 << UInt64(state)
  }

  deinit { moves.deallocate() }

  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var from = 0
    if !isOfWhole {
      from = text.count
      while from > 0, text[from - 1] != UInt8(ascii: "/") { from -= 1 }
    }
    // A star may also stand for nothing; stars never stand side by side, so one step closes the set.
    let stars = some | any
    var states: UInt64 = 1
    states |= (states & stars) << 1
    for at in from..<text.count {
      let byte = text[at]
      var next = (states & moves[Int(byte)]) << 1 | states & any
      if byte != UInt8(ascii: "/") { next |= states & some }
      if next == 0 { return false }
      states = next | (next & stars) << 1
    }
    return states & accepting != 0
  }
}
