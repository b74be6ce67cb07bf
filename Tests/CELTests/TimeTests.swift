import CEL
import TestSupport
import Testing

@Suite struct TimeTests {
  static let values: [(String, String)] = [
    // Parts in a zone: summer and winter time, both halves of the year, a zone with half an hour.
    (#"timestamp("2026-07-01T12:00:00Z").getHours("America/New_York")"#, "8"),
    (#"timestamp("2026-01-01T12:00:00Z").getHours("America/New_York")"#, "7"),
    (#"timestamp("2026-07-01T23:30:00Z").getDate("Europe/Warsaw")"#, "2"),
    (#"timestamp("2026-07-01T12:00:00Z").getMinutes("Asia/Kolkata")"#, "30"),
    (#"timestamp("2026-07-01T12:00:00Z").getHours("-03:30")"#, "8"),
    (#"timestamp("2026-07-01T12:00:00Z").getHours(dyn("Europe/Warsaw"))"#, "14"),
    (#"timestamp("2026-07-01T12:00:00Z").getHours(ip)"#, "error(invalid argument: unknown time zone '203.0.113.9')"),
    // Forms of the wild.
    (#"parse_time("10.09.2026 13:57", "%d.%m.%Y %H:%M", "Europe/Warsaw")"#, "2026-09-10T11:57:00Z"),
    (#"parse_time("10/Sep/2026:13:57:01 +0200", "%d/%b/%Y:%H:%M:%S %z")"#, "2026-09-10T11:57:01Z"),
    (#"parse_time("2026-09-10T13:57:01.123456+02:00", "%FT%T.%f%z")"#, "2026-09-10T11:57:01.123456Z"),
    (#"parse_time("2026-09-10 13:57:01,5", "%F %T,%L", "UTC")"#, "2026-09-10T13:57:01.5Z"),
    (#"parse_time("9/5/26 1:07 PM", "%-m/%-d/%y %I:%M %p", "America/New_York")"#, "2026-09-05T17:07:00Z"),
    (#"parse_time("12:30 am 01/02/1970", "%I:%M %p %m/%d/%Y", "UTC")"#, "1970-01-02T00:30:00Z"),
    (#"parse_time("Thu Sep 10 13:57:01 2026", "%a %b %e %T %Y", "UTC")"#, "2026-09-10T13:57:01Z"),
    (#"parse_time("Thursday,  3 September 2026", "%A, %d %B %Y", "UTC")"#, "2026-09-03T00:00:00Z"),
    (#"parse_time("Sep  3 2026", "%b %e %Y", "UTC")"#, "2026-09-03T00:00:00Z"),
    (#"parse_time("2026253", "%Y%j", "UTC")"#, "2026-09-10T00:00:00Z"),
    (#"parse_time("20260910135701123", "%Y%m%d%H%M%S%L", "UTC")"#, "2026-09-10T13:57:01.123Z"),
    (#"parse_time("1789041421.25", "%s.%f")"#, "2026-09-10T11:57:01.25Z"),
    (#"parse_time("-1", "%s")"#, "1969-12-31T23:59:59Z"),
    (#"parse_time("-1.25", "%s.%f")"#, "1969-12-31T23:59:58.75Z"),
    (#"parse_time("-0.25", "%s.%f")"#, "1969-12-31T23:59:59.75Z"),
    (#"parse_time("Sep 10\t2026", "%b  %d %Y", "UTC")"#, "2026-09-10T00:00:00Z"),
    (#"parse_time("100% 2026-09-10", "100%% %F", "UTC")"#, "2026-09-10T00:00:00Z"),
    (#"parse_time("2026-09-10 13:57 CEST", "%F %R %Z")"#, "2026-09-10T11:57:00Z"),
    (#"parse_time("Thu, 10 Sep 2026 13:57:01 GMT", "%a, %d %b %Y %T %Z")"#, "2026-09-10T13:57:01Z"),
    (#"parse_time("2016-12-31 23:59:60", "%F %T", "UTC")"#, "2017-01-01T00:00:00Z"),
    // The hour that came twice, and the one that never came.
    (#"parse_time("2026-10-25 02:30", "%F %R", "Europe/Warsaw")"#, "2026-10-25T00:30:00Z"),
    (#"parse_time("2026-10-25 02:30", "%F %R", "Europe/Warsaw", "later")"#, "2026-10-25T01:30:00Z"),
    (
      #"parse_time("2026-10-25 02:30", "%F %R", "Europe/Warsaw", "reject")"#,
      "error(the value cannot be converted: '2026-10-25 02:30': the local time came twice or never)"
    ),
    (#"parse_time("2026-10-25 02:30 CET", "%F %R %Z", "Europe/Warsaw")"#, "2026-10-25T01:30:00Z"),
    (#"parse_time("2026-03-29 02:30", "%F %R", "Europe/Warsaw")"#, "2026-03-29T01:30:00Z"),
    (
      #"parse_time("2026-03-29 02:30", "%F %R", "Europe/Warsaw", "reject")"#,
      "error(the value cannot be converted: '2026-03-29 02:30': the local time came twice or never)"
    ),
    // What is not known before run time.
    (#"parse_time("10.09.2026", dyn("%d.%m.%Y"), dyn("UTC"))"#, "2026-09-10T00:00:00Z"),
    (#"parse_time("10.09.2026", "%d.%m.%Y", ["UTC", "Europe/Warsaw"][status - 199])"#, "2026-09-09T22:00:00Z"),
    (#"parse_time("x", dyn("%q"))"#, "error(invalid argument: unknown directive '%q' in '%q')"),
    (
      #"parse_time("2026-01-01", dyn("%F"))"#,
      "error(the value cannot be converted: '2026-01-01': a local time needs a zone)"
    ),
  ]

  @Test(arguments: values) func value(_ source: String, _ expected: String) { #expect(run(source) == expected) }

  /// What fields with a `format` read as well: see the same test of readers.
  @Test func sharedTimes() throws {
    let cases = try TimeCase.all()
    #expect(cases.count > 30)
    for example in cases {
      let parts = example.time.split(separator: "+")
      let call = #"parse_time("\#(example.text)", "\#(example.format)", "UTC")"#
      guard example.time != "!" else {
        #expect(run(call).hasPrefix("issues: "), "\(example)")
        continue
      }
      guard parts.count == 2, let nanoseconds = Int(parts[1]) else {
        #expect(run(call).hasPrefix("error("), "\(example)")
        continue
      }
      #expect(run("int(\(call)) == \(parts[0])") == "true", "\(example)")
      #expect(run("\(call).getMilliseconds('UTC') == \(nanoseconds / 1_000_000)") == "true", "\(example)")
    }
  }

  /// A text, a form, and why the text is none of the form.
  static let failures: [(String, String, String)] = [
    ("31.02.2026", "%d.%m.%Y", "there is no such day"),
    ("29.02.2026", "%d.%m.%Y", "there is no such day"),
    ("00.01.2026", "%d.%m.%Y", "there is no such day"),
    ("01.13.2026", "%d.%m.%Y", "there is no such day"),
    ("2026-366", "%Y-%j", "there is no such day"),
    ("2026-09-10 24:00", "%F %R", "there is no such time of day"),
    ("2026-09-10 13:00 pm", "%F %I:%M %p", "there is no such time of day"),
    ("2026-09-10 12:61", "%F %R", "there is no such time of day"),
    ("Fri 2026-09-10", "%a %F", "the day of the week is another"),
    ("2026-09-10 13:57 EST", "%F %R %Z", "the zone had another offset then"),
    ("0000-01-01", "%F", "the time is out of range"),
    ("10.09.26", "%d.%m.%Y", "it has another form"),
    ("2026-09-10x", "%F", "it has another form"),
    ("", "%F", "it has another form"),
    ("2026-Sap-10", "%Y-%b-%d", "it has another form"),
    ("2026-09-10 13:57 XYZ", "%F %R %Z", "it has another form"),
  ]

  @Test(arguments: failures) func failure(_ text: String, _ format: String, _ reason: String) {
    let expected = "error(the value cannot be converted: '\(text)': \(reason))"
    #expect(run(#"parse_time("\#(text)", "\#(format)", "Europe/Warsaw")"#) == expected)
  }

  /// A call, and the piece of it that a finding of the compiler marks.
  static let issues: [(String, String)] = [
    (#"parse_time(ip, "%d.%m.%q", "UTC")"#, "%q"),
    (#"parse_time(ip, '''%d.%m.%q''', "UTC")"#, "%q"),
    (#"parse_time(ip, r"%Y-%m-%ó", "UTC")"#, "%ó"),
    (#"parse_time(ip, "\u017c\t%Q%F", "UTC")"#, "%Q"),
    (#"parse_time(ip, "%F %", "UTC")"#, "%"),
    (#"parse_time(ip, "%d.%m.%Y %d", "UTC")"#, "%d"),
    (#"parse_time(ip, "%d.%m", "UTC")"#, "%d.%m"),
    (#"parse_time(ip, "%F %I:%M", "UTC")"#, "%F %I:%M"),
    (#"parse_time(ip, "%Y-%j-%m", "UTC")"#, "%Y-%j-%m"),
    (#"parse_time(ip, "%F %M", "UTC")"#, "%F %M"),
    (#"parse_time(ip, "%F %H:%S", "UTC")"#, "%F %H:%S"),
    (#"parse_time(ip, "%F %R.%f", "UTC")"#, "%F %R.%f"),
    (#"parse_time(ip, "%s %F")"#, "%s %F"),
    (#"parse_time(ip, "", "UTC")"#, #""""#),
    (#"parse_time(ip, "%F" + " %q", "UTC")"#, #""%F" + " %q""#),
    (#"parse_time(ip, "%F", "Europe/Warszawa")"#, #""Europe/Warszawa""#),
    (#"parse_time(ip, "%F", "UTC", "late")"#, #""late""#),
    (#"parse_time(ip, "%F")"#, #""%F""#),
    (#"timestamp(0).getHours("Mars/Phobos")"#, #""Mars/Phobos""#),
  ]

  @Test(arguments: issues) func issue(_ source: String, _ marked: String) throws {
    guard case .failure(let issues) = compile(source, in: .sample) else {
      Testing.Issue.record("compiled: \(source)")
      return
    }
    #expect(issues.all.map(\.code) == [.invalidArgument])
    let span = try #require(issues.all.first).span
    #expect(String(decoding: Array(source.utf8)[span], as: UTF8.self) == marked)
  }

  /// What is written in a form reads back, in a zone whose offset changes twice a year.
  @Test func roundTrip() throws {
    var environment = Environment(zones: .foundation)
    environment.variables["t"] = Variable(.timestamp) { $0.host.map { $0.load(as: Value.self) } ?? .null }
    let parts = ["getFullYear", "getMonth", "getDate", "getHours", "getMinutes", "getSeconds"].map {
      "t.\($0)('Europe/Warsaw')\($0 == "getMonth" ? " + 1" : "")"
    }
    let text = "'%d-%d-%d %d:%d:%d'.format([\(parts.joined(separator: ", "))])"
    // The year needs four digits; the fields of this century have them.
    let source = "parse_time(\(text), '%Y-%m-%d %H:%M:%S', 'Europe/Warsaw', 'POLICY')"
    let programs = try ["earlier", "later"].map {
      try compile(source.replacing("POLICY", with: $0), in: environment).get()
    }
    let activation = Activation()
    var state: UInt64 = 2_463_534_242
    for _ in 0..<3_000 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      var time = Value.timestamp(seconds: 1_000_000_000 + Int64(state % 3_000_000_000))
      withUnsafeMutablePointer(to: &time) { pointer in
        activation.host = UnsafeMutableRawPointer(pointer)
        let read = programs.map { $0.evaluate(activation) }
        #expect(read.contains { Value.equals($0, pointer.pointee) }, "\(pointer.pointee): \(read)")
      }
      activation.reset()
    }
  }
}
