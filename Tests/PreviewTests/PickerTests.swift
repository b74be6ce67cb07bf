import Pipeline
import Testing

@testable import Preview

/// Which records of a series of unknown length are shown.
@Suite struct PickerTests {
  private static func pick(_ count: Int, spread: Bool, of members: Int, by stretch: Int) -> [Int] {
    var picker = RecordPicker(count: count, isSpread: spread)
    var at = 0
    while at < members {
      let size = min(stretch, members - at)
      picker.pass(size) { member in
        ShownRecord(input: "a", record: at + member, line: 0, raw: [], length: 0)
      }
      at += size
    }
    return picker.records.map(\.record)
  }

  @Test func theFirstOnes() {
    #expect(Self.pick(3, spread: false, of: 1000, by: 7) == [0, 1, 2])
    #expect(Self.pick(3, spread: false, of: 2, by: 7) == [0, 1])
    #expect(Self.pick(0, spread: false, of: 20, by: 7).isEmpty)
  }

  /// Whatever the blocks are, the same ones; and no stretch of the series is left out.
  @Test(arguments: [1, 2, 5, 20, 50], [1, 3, 19, 100, 1001, 54_321])
  func spreadOnes(_ count: Int, _ members: Int) {
    let picked = Self.pick(count, spread: true, of: members, by: 1000)
    #expect(picked == Self.pick(count, spread: true, of: members, by: 17))
    #expect(picked.count == min(count, members))
    #expect(picked == picked.sorted() && Set(picked).count == picked.count)
    guard count > 1, members > 4 * count else { return }
    let gaps = zip(picked, picked.dropFirst()).map { $1 - $0 } + [members - (picked.last ?? 0)]
    #expect((gaps.max() ?? 0) <= 3 * members / count, "\(gaps)")
  }
}
