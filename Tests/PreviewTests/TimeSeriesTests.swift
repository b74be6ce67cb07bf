import Pipeline
import Testing

@testable import Preview

@Suite struct TimeSeriesTests {
  private static let hour: Int64 = 3_600_000

  @Test func barsAndMonthsAddUp() {
    var series = TimeSeries(rules: 2)
    let start = CalendarTime.days(year: 2026, month: 2, day: 27) * 86_400_000
    for step in 0..<100 { series.add(start + Int64(step) * Self.hour, rule: step % 2) }
    series.add(-1, rule: 0)
    #expect(series.months.map(\.month) == ["1969-12", "2026-02", "2026-03"])
    #expect(series.months.map { $0.counts.reduce(0, +) } == [1, 48, 52])
    for most in [1, 10, 72, 500] {
      let bars = series.stretches(most: most).bars
      #expect(bars.count <= most + 1)
      #expect(bars.reduce(0) { $0 + $1.counts.reduce(0, +) } == 101)
    }
  }

  /// Times of every year cost no memory: they are counted by the day, then by the month.
  @Test func manyHoursBecomeMonths() {
    var (one, other) = (TimeSeries(rules: 1), TimeSeries(rules: 1))
    let range = CalendarTime.range
    let step = (range.upperBound - range.lowerBound) / 120_000
    for index in 0..<120_000 as Range<Int64> { one.add(range.lowerBound + index * step, rule: 0) }
    other.add(0, rule: 0)
    other.merge(one)
    #expect(one.unit == .month && other.unit == .month)
    #expect(other.months.reduce(0) { $0 + $1.counts[0] } == 120_001)
    #expect(other.stretches(most: 72).bars.reduce(0) { $0 + $1.counts[0] } == 120_001)
  }
}
