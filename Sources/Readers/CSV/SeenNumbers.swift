internal import Glibc

/// Keys that are numbers and count up, as those of orders mostly do: a bit for each of the last 16.8 million numbers,
/// in at most 2 MiB, of which only what was written takes memory. Nothing is a matter of chance here.
///
/// The window's end follows the greatest number by small steps only, so that one stray number cannot move it away from
/// the others; what lies too far ahead or behind is for a `SeenKeys` to remember.
final class SeenNumbers {
  enum Answer { case new, known, outside }

  /// The largest step by which the window follows.
  static let step: UInt64 = 16
  /// Numbers of the window; 786,432 steps, and below the greatest number a quarter into which one may still be entered.
  /// So the last 786,432 that were entered are known.
  private static let window: UInt64 = 1 << 24
  private static let entered = window / 4

  /// A ring: the bit of a number is the same as that of any other at a distance of the window. Those of numbers beyond the
  /// greatest one are stale.
  private var words: UnsafeMutablePointer<UInt64>?
  private var greatest: UInt64 = 0

  deinit { free(words) }

  /// Remembers a number if it lies where numbers are entered.
  /// - Returns: whether it was known; `outside` if it is not and was not entered.
  func insert(_ number: UInt64) -> Answer {
    guard let words = words ?? begin(number) else { return .outside }
    let word = words + Int(truncatingIfNeeded: number % SeenNumbers.window / 64)
    let bit: UInt64 = 1 &<< (number & 63)
    if number > greatest {
      guard number &- greatest <= SeenNumbers.step else { return .outside }
      while greatest != number {
        greatest &+= 1
        words[Int(truncatingIfNeeded: greatest % SeenNumbers.window / 64)] &= ~(1 &<< (greatest & 63))
      }
      word.pointee |= bit
      return .new
    }
    let distance = greatest &- number
    if distance < SeenNumbers.window, word.pointee & bit != 0 { return .known }
    guard distance < SeenNumbers.entered else { return .outside }
    word.pointee |= bit
    return .new
  }

  /// Pages of zeros, which the system hands out as they are written.
  private func begin(_ number: UInt64) -> UnsafeMutablePointer<UInt64>? {
    let count = Int(SeenNumbers.window / 64)
    guard let memory = calloc(count, MemoryLayout<UInt64>.stride) else { return nil }
    let begun = memory.bindMemory(to: UInt64.self, capacity: count)
    words = begun
    // The first one is the greatest, and not yet entered.
    greatest = number
    return begun
  }

  /// The number that a text stands for, if no other text stands for the same one: up to 18 digits, no zero before them.
  @inline(__always)
  static func number(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> UInt64? {
    let count = stop - start
    guard count > 0, count <= 18, start.pointee != UInt8(ascii: "0") || count == 1 else { return nil }
    var number: UInt64 = 0
    var at = start
    while at < stop {
      let digit = at.pointee &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      number = number &* 10 &+ UInt64(digit)
      at += 1
    }
    return number
  }
}
