import Pipeline
import TestSupport
import Testing

@Suite struct CalendarTimeTests {
  /// Every day of 1600 years, counted one by one.
  @Test func sameAsCounting() {
    let lengths: [Int64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var days = CalendarTime.days(year: 1200, month: 1, day: 1)
    var wrong = 0
    for year in Int64(1200)..<2800 {
      let isLeap = year % 400 == 0 || year % 4 == 0 && year % 100 != 0
      for month in Int64(1)...12 {
        let length = lengths[Int(month) - 1] + (month == 2 && isLeap ? 1 : 0)
        if CalendarTime.daysIn(month: month, year: year) != length { wrong += 1 }
        for day in 1...length {
          if CalendarTime.days(year: year, month: month, day: day) != days { wrong += 1 }
          let date = CalendarTime.date(days: days)
          if date != (year, month, day) { wrong += 1 }
          days += 1
        }
      }
    }
    #expect(wrong == 0)
    #expect(CalendarTime.days(year: 1970, month: 1, day: 1) == 0)
    #expect(CalendarTime.days(year: 2000, month: 3, day: 1) == 11_017)
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (1_789_041_421_007, "2026-09-10T11:57:01.007Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func timestamps(milliseconds: Int64, expected: String) {
    #expect(TimestampWriter.text(milliseconds) == expected)
  }

  @Test func writerRemembersNothingWrong() {
    var writer = TimestampWriter()
    var random = Seeded(11)
    for _ in 0..<5_000 {
      // Near a midnight, back and forth.
      expectFresh(&writer, Int64(random.next() % 20_000) * 86_400_000 + Int64(random.next() % 4_000) - 2_000)
    }
    // Through milliseconds, seconds, minutes, days and centuries.
    var time: Int64 = 1_772_323_200_000
    for _ in 0..<50_000 {
      let reach: Int64 =
        [0, 10, 3_000, 90_000, 7_200_000, 100_000_000, 4_000_000_000_000].randomElement(using: &random) ?? 0
      time += Int64.random(in: -reach...reach, using: &random)
      time = min(max(time, CalendarTime.range.lowerBound), CalendarTime.range.upperBound)
      expectFresh(&writer, time)
    }
  }

  /// A writer that has written other times writes what a fresh one does.
  private func expectFresh(_ writer: inout TimestampWriter, _ time: Int64) {
    let text = String(unsafeUninitializedCapacity: TimestampWriter.length) { buffer in
      if let start = buffer.baseAddress { writer.write(time, to: start) }
      return TimestampWriter.length
    }
    #expect(text == TimestampWriter.text(time))
  }
}

@Suite struct ZoneTests {
  private func seconds(_ year: Int64, _ month: Int64, _ day: Int64, _ hour: Int64, _ minute: Int64 = 0) -> Int64 {
    CalendarTime.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60
  }

  @Test func gapsAndFoldsOfWarsaw() throws {
    let zone = try #require(Zone(named: "Europe/Warsaw"))
    #expect(zone.offset(at: seconds(2024, 3, 31, 1) - 1) == 3600)
    #expect(zone.offset(at: seconds(2024, 3, 31, 1)) == 7200)
    // 02:30 never was: it is moved forward by the hour.
    #expect(zone.utc(local: seconds(2024, 3, 31, 2, 30)) == seconds(2024, 3, 31, 1, 30))
    #expect(zone.utc(local: seconds(2024, 3, 31, 2, 30), ambiguous: .reject) == nil)
    // 02:30 came twice.
    #expect(zone.utc(local: seconds(2024, 10, 27, 2, 30), ambiguous: .earlier) == seconds(2024, 10, 27, 0, 30))
    #expect(zone.utc(local: seconds(2024, 10, 27, 2, 30), ambiguous: .later) == seconds(2024, 10, 27, 1, 30))
    #expect(zone.utc(local: seconds(2024, 10, 27, 2, 30), ambiguous: .reject) == nil)
    // Only once.
    #expect(zone.utc(local: seconds(2024, 10, 27, 3), ambiguous: .reject) == seconds(2024, 10, 27, 2))
    #expect(zone.utc(local: seconds(2024, 10, 27, 1, 59), ambiguous: .reject) == seconds(2024, 10, 26, 23, 59))
  }

  /// After the last transition of the file, by its footer.
  @Test func farFuture() throws {
    let zone = try #require(Zone(named: "America/New_York"))
    #expect(zone.offset(at: seconds(2050, 3, 13, 7) - 1) == -5 * 3600)
    #expect(zone.offset(at: seconds(2050, 3, 13, 7)) == -4 * 3600)
    #expect(zone.offset(at: seconds(2050, 11, 6, 6) - 1) == -4 * 3600)
    #expect(zone.offset(at: seconds(2050, 11, 6, 6)) == -5 * 3600)
  }

  @Test func southernSummer() throws {
    let zone = try #require(Zone(named: "Australia/Sydney"))
    #expect(zone.offset(at: seconds(2060, 1, 1, 0)) == 11 * 3600)
    #expect(zone.offset(at: seconds(2060, 7, 1, 0)) == 10 * 3600)
  }

  /// Wherever the local time is plain, there and back is the same.
  @Test(arguments: ["Europe/Warsaw", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
  func thereAndBack(name: String) throws {
    let zone = try #require(Zone(named: name))
    var random = Seeded(5)
    for _ in 0..<2_000 {
      let time = Int64(random.next() % 3_000_000_000)
      let local = time + zone.offset(at: time)
      let early = try #require(zone.utc(local: local, ambiguous: .earlier))
      let late = try #require(zone.utc(local: local, ambiguous: .later))
      #expect(early == time || late == time)
    }
  }

  @Test(arguments: ["", "Nowhere/Land", "../../etc/passwd", "/etc/localtime", "Europe/", "Europe"])
  func whatIsNoZone(name: String) { #expect(Zone(named: name) == nil) }
}
