internal import CEL

/// Compares by words; the bytes lie in records or constants, `count` of them in both.
@inline(__always)
func bytesEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  let (x, y) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
  var at = 0
  while at + 8 <= count {
    if x.loadUnaligned(fromByteOffset: at, as: UInt64.self) != y.loadUnaligned(fromByteOffset: at, as: UInt64.self) {
      return false
    }
    at &+= 8
  }
  while at < count {
    if a[at] != b[at] { return false }
    at &+= 1
  }
  return true
}

/// The text patterns of one `when` list, in one matcher: exact texts, `/folder/**`, `*.suffix`, other globs.
///
/// Without `/` a glob looks at the last segment; with `/`, `*` stays in its segment and `**` crosses.
final class PatternSet: @unchecked Sendable {
  private struct Text {
    let start: UnsafePointer<UInt8>
    let count: Int

    init(_ bytes: [UInt8]) {
      let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, bytes.count))
      copy.initialize(from: bytes, count: bytes.count)
      start = UnsafePointer(copy)
      count = bytes.count
    }
  }

  private let exact: [Text]
  private let prefixes: [Text]
  /// Literal ends of the last segment, ordered by last byte; `suffixStart[b]..<suffixStart[b + 1]` end in `b`.
  private let suffixes: [Text]
  private let suffixStart: UnsafeMutablePointer<Int>
  private let globs: [Glob]

  init(_ patterns: [String]) {
    let star = UInt8(ascii: "*")
    let slash = UInt8(ascii: "/")
    var exact: [Text] = []
    var prefixes: [Text] = []
    var tails: [[UInt8]] = []
    var globs: [Glob] = []
    for pattern in patterns {
      let bytes = Array(pattern.utf8)
      if !bytes.contains(star) {
        exact.append(Text(bytes))
      } else if bytes.contains(slash), pattern.hasSuffix("/**"), !bytes.dropLast(2).contains(star) {
        prefixes.append(Text(Array(bytes.dropLast(2))))
      } else if !bytes.contains(slash), bytes.first == star, bytes.count > 1, !bytes.dropFirst().contains(star) {
        tails.append(Array(bytes.dropFirst()))
      } else {
        globs.append(Glob(bytes))
      }
    }
    tails.sort { ($0.last ?? 0) < ($1.last ?? 0) }
    suffixStart = .allocate(capacity: 257)
    for byte in 0...256 { suffixStart[byte] = tails.firstIndex { Int($0.last ?? 0) >= byte } ?? tails.count }
    suffixes = tails.map(Text.init)
    self.exact = exact
    self.prefixes = prefixes
    self.globs = globs
  }

  deinit {
    for text in exact + prefixes + suffixes { text.start.deallocate() }
    suffixStart.deallocate()
  }

  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = text.baseAddress else { return exact.contains { $0.count == 0 } }
    let count = text.count
    for index in exact.indices {
      let candidate = exact[index]
      if candidate.count == count, bytesEqual(candidate.start, start, count) { return true }
    }
    guard count > 0 else { return false }
    for index in prefixes.indices {
      let prefix = prefixes[index]
      if prefix.count <= count, bytesEqual(prefix.start, start, prefix.count) { return true }
    }
    let last = Int(start[count - 1])
    for index in suffixStart[last]..<suffixStart[last + 1] {
      let suffix = suffixes[index]
      if suffix.count <= count, bytesEqual(suffix.start, start + (count - suffix.count), suffix.count) { return true }
    }
    for index in globs.indices where globs[index].matches(text) { return true }
    return false
  }
}

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
  private let wholePath: Bool

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

  /// - Parameter pattern: of at most `longest` pieces.
  init(_ pattern: [UInt8]) {
    moves = .allocate(capacity: 256)
    moves.initialize(repeating: 0, count: 256)
    wholePath = pattern.contains(UInt8(ascii: "/"))
    var state = 0
    var at = 0
    while at < pattern.count, state < Glob.longest {
      if pattern[at] == UInt8(ascii: "*") {
        var stars = 0
        while at < pattern.count, pattern[at] == UInt8(ascii: "*") {
          stars += 1
          at += 1
        }
        if stars > 1 { any |= 1 << UInt64(state) } else { some |= 1 << UInt64(state) }
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
    if !wholePath {
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
