import Testing

@testable import Readers

@Suite struct FirstTimeTests {
  @Test func theFirstThatOthersBelieve() {
    func first(_ times: [Int64]) -> Int64? {
      var guardian = FirstTime()
      for time in times where guardian.take(time * 60_000) { break }
      return guardian.value.map { $0 / 60_000 }
    }
    #expect(first([]) == nil)
    #expect(first([7]) == 7)
    #expect(first([100, 98, 101, 102, 103, 1]) == 100)
    #expect(first([9000, 10, 11, 12, 13]) == 10)
    #expect(first([9000, 9001, 10, 11]) == 10)
    #expect(first([10, 9000, 11, 12, 13]) == 10)
  }
}
