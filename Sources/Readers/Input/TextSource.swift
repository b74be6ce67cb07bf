internal import Pipeline

/// Turns UTF-16 with a byte order mark (RFC 2781) into UTF-8; anything else passes through untouched. Halves of pairs
/// that stand alone, and a last odd byte, become `illFormed`.
final class TextSource: FragileSource {
  private enum Mode { case unknown, plain, little, big }

  private enum Character {
    case scalar(UnicodeScalar)
    case illFormed
  }

  /// What stands for what is not a character in another encoding: a byte that is none in UTF-8 either, so that it is
  /// replaced and counted where texts are written, as if the input had been UTF-8.
  static let illFormed: UInt8 = 0xFF

  /// Whether an input that begins so is in UTF-16, as its byte order mark says.
  static func isUTF16(_ head: [UInt8]) -> Bool { head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) }

  private let bytes: any ByteSource
  private var mode = Mode.unknown
  /// Read, but not yet given or converted: `raw[at..<end]`.
  private var raw = [UInt8](repeating: 0, count: 4)
  private var at = 0
  private var end = 0
  /// Converted, but no room was left.
  private var pending: [UInt8] = []
  private var hasEnded = false

  init(_ bytes: any ByteSource) { self.bytes = bytes }

  var consumed: Int { bytes.consumed }
  var ending: SourceEnd { bytes.reportedEnd }

  func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard target.count > 0 else { return 0 }
    if mode == .unknown { try detect() }
    if mode == .plain {
      guard at < end else { return try bytes.read(into: target) }
      let count = min(target.count, end - at)
      for index in 0..<count { target[index] = raw[at + index] }
      at += count
      return count
    }
    var count = 0
    while count < target.count {
      if !pending.isEmpty {
        target[count] = pending.removeFirst()
        count += 1
      } else if let character = try character() {
        switch character {
        case .illFormed:
          target[count] = TextSource.illFormed
          count += 1
        case .scalar(let scalar) where target.count - count >= 4:
          for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            target[count] = byte
            count += 1
          }
        case .scalar(let scalar):
          pending.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
      } else {
        break
      }
    }
    return count
  }

  private func detect() throws {
    while end < 2, try fill(upTo: 2) {}
    switch (raw[0], raw[1]) {
    case (0xFF, 0xFE) where end == 2: mode = .little
    case (0xFE, 0xFF) where end == 2: mode = .big
    default: mode = .plain
    }
    guard mode != .plain else { return }
    end = 0
    raw = [UInt8](repeating: 0, count: 64 * 1024)
  }

  /// The next one; nil at the end.
  private func character() throws -> Character? {
    guard let first = try unit(at: 0) else {
      guard at < end else { return nil }
      at = end
      return .illFormed
    }
    if first & 0xFC00 == 0xD800, let second = try unit(at: 2),
      let pair = SurrogatePair.scalar(UInt32(first), UInt32(second))
    {
      at += 4
      return .scalar(pair)
    }
    at += 2
    return UnicodeScalar(first).map(Character.scalar) ?? .illFormed
  }

  private func unit(at offset: Int) throws -> UInt16? {
    while end - at < offset + 2 { if try !fill(upTo: raw.count) { return nil } }
    let one = UInt16(raw[at + offset])
    let other = UInt16(raw[at + offset + 1])
    return mode == .little ? other << 8 | one : one << 8 | other
  }

  /// Reads on behind what is not yet used, which is never more than three bytes.
  private func fill(upTo size: Int) throws -> Bool {
    guard !hasEnded else { return false }
    for index in 0..<(end - at) { raw[index] = raw[at + index] }
    end -= at
    at = 0
    let count = try raw.withUnsafeMutableBytes {
      try bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[end..<size]))
    }
    end += count
    hasEnded = count == 0
    return count > 0
  }
}
