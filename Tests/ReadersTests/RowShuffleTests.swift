import TestSupport
import Testing

@testable import Readers

@Suite struct RowShuffleTests {
  /// In memory and in temporary files it is the same.
  @Test(arguments: [1 << 30, 40_000, 2_000])
  func shuffledRows(_ memory: Int) throws {
    var random = Seeded(5)
    let shuffle = RowShuffle(groupLimit: 1 << 20, memory: memory)
    var expected: [[UInt8]: [Int]] = [:]
    var order: [[UInt8]] = []
    for sequence in 0..<3000 {
      let key = Array("key \(Int.random(in: 0..<700, using: &random))".utf8)
      if expected[key] == nil { order.append(key) }
      expected[key, default: []].append(sequence)
      try shuffle.add(LooseRow(sequence: sequence, line: sequence * 2, key: key, bytes: key + [0x2C] + key))
    }
    try shuffle.finish()
    var count = 0
    while let group = try shuffle.nextGroup() {
      let key = order[count]
      #expect(group.map(\.sequence) == expected[key])
      #expect(group.allSatisfy { $0.key == key && $0.line == $0.sequence * 2 && $0.bytes == key + [0x2C] + key })
      count += 1
    }
    #expect(count == order.count)
  }
}
