import TestSupport
import Testing

@testable import Readers

@Suite struct SeenKeysTests {
  @Test func keysOfClosedGroupsAreRememberedForAWhile() {
    let seen = SeenKeys(largest: 64)
    func insert(_ key: UInt64) -> Bool { seen.insert(SeenKey(bits: key &* 0x9E37_79B9_7F4A_7C15)) }
    for key: UInt64 in 1...1000 { #expect(insert(key)) }
    // Two tables of 48 keys: between 48 and 96 are known, and one that comes back stays.
    for key: UInt64 in 953...1000 { #expect(!insert(key)) }
    #expect(insert(1))
    #expect(insert(0))
    #expect(!insert(0))
  }

  /// Numbers in series with gaps, upwards or downwards, jumps, and strays that a series reaches later: what came is known
  /// and what did not is not, as a set says.
  @Test(arguments: 1...20)
  func numbersOfClosedGroupsAreRememberedExactly(_ seed: Int) {
    var random = Seeded(seed)
    let seen = SeenKeys()
    var expected: Set<UInt64> = []
    var at = UInt64.random(in: 0...1_000_000, using: &random)
    for _ in 0..<20_000 {
      switch Int.random(in: 0..<20, using: &random) {
      case 0: at = UInt64.random(in: 0...1_000_000, using: &random)
      case 1: at &+= UInt64.random(in: 0...40, using: &random)
      case 2: at = at > 10 ? at - UInt64.random(in: 0...10, using: &random) : at
      case 3: at = UInt64.random(in: 0..<1_000_000_000_000_000_000, using: &random)
      default: at &+= 1
      }
      #expect(seen.insert(SeenKey(bits: at, isNumber: true)) == expected.insert(at).inserted)
    }
  }

  /// The window moves on, and what it has left is new again; what it has passed by is not known.
  @Test func aWindowOfNumbersMovesOn() {
    let seen = SeenNumbers()
    #expect(seen.insert(5) == .new)
    var number: UInt64 = 5
    for _ in 0..<786_432 {
      number += SeenNumbers.step
      if seen.insert(number) != .new { Issue.record("\(number) is not new") }
    }
    #expect(seen.insert(5) == .known)
    #expect(seen.insert(number - 1) == .new)
    #expect(seen.insert(number - 1) == .known)
    #expect(seen.insert(number - 8_000_001) == .outside)
    #expect(seen.insert(number + 17) == .outside)
    while number < 18_000_000 {
      number += SeenNumbers.step
      if seen.insert(number) != .new { Issue.record("\(number) is not new") }
    }
    #expect(seen.insert(5) == .outside)
    #expect(seen.insert(number - SeenNumbers.step) == .known)
  }

  @Test(
    arguments: [
      ("7", 7), ("0", 0), ("100001", 100_001), ("999999999999999999", 999_999_999_999_999_999), ("007", nil), ("", nil),
      ("-1", nil), ("1.0", nil), ("1000000000000000000", nil), (" 1", nil), ("12a", nil),
    ] as [(String, UInt64?)])
  func numbersThatOneTextAloneStandsFor(_ text: String, _ number: UInt64?) {
    text.withCString { start in
      start.withMemoryRebound(to: UInt8.self, capacity: text.utf8.count) {
        #expect(SeenNumbers.number($0, $0 + text.utf8.count) == number)
      }
    }
  }
}
