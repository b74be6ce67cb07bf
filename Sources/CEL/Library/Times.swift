extension Library {
  private static let parts: [(String, @Sendable (Value) -> Int)] = [
    ("getFullYear", { civil($0).year }),
    ("getMonth", { civil($0).month - 1 }),
    ("getDate", { civil($0).day }),
    ("getDayOfMonth", { civil($0).day - 1 }),
    ("getDayOfWeek", { (day($0) % 7 + 11) % 7 }),
    ("getDayOfYear", { day($0) - Time.days(year: civil($0).year, month: 1, day: 1) }),
    ("getHours", { second($0) / 3600 }),
    ("getMinutes", { second($0) / 60 % 60 }),
    ("getSeconds", { second($0) % 60 }),
    ("getMilliseconds", { Int($0.nanoseconds) / 1_000_000 }),
  ]

  /// The parts of a timestamp in UTC or with a fixed offset, and of a duration.
  static let times: [Entry] =
    parts.flatMap { name, part -> [Entry] in
      [
        (name, .unary(.timestamp, .int, member: true) { _, x in .int(Int64(part(x))) }),
        (
          name,
          .binary(.timestamp, .string, .int, member: true) { activation, x, zone in
            guard let offset = offset(zone.utf8) else { return activation.error(.invalidArgument, detail: zone.utf8) }
            return .int(Int64(part(.timestamp(seconds: x.seconds + offset, nanoseconds: x.nanoseconds))))
          }
        ),
      ]
    } + [
      ("getHours", .unary(.duration, .int, member: true) { _, x in .int(whole(x) / 3600) }),
      ("getMinutes", .unary(.duration, .int, member: true) { _, x in .int(whole(x) / 60) }),
      ("getSeconds", .unary(.duration, .int, member: true) { _, x in .int(whole(x)) }),
      (
        "getMilliseconds",
        .unary(.duration, .int, member: true) { _, x in
          .int((x.seconds * 1000 + Int64(x.nanoseconds) / 1_000_000) % 1000)
        }
      ),
    ]

  /// Rounded towards zero.
  private static func whole(_ x: Value) -> Int64 { x.seconds < 0 && x.nanoseconds > 0 ? x.seconds + 1 : x.seconds }
  private static func second(_ x: Value) -> Int { Int(((x.seconds % 86400) + 86400) % 86400) }
  private static func day(_ x: Value) -> Int { (Int(x.seconds) - second(x)) / 86400 }
  private static func civil(_ x: Value) -> (year: Int, month: Int, day: Int) { Time.civil(day(x)) }

  /// `UTC`, or an offset such as `+02:00` or `-3:30`, in seconds; named zones need tables that only a host has.
  private static func offset(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    let string = String(decoding: text, as: UTF8.self)
    if string == "UTC" || string == "Z" { return 0 }
    let sign: Int64 = string.hasPrefix("-") ? -1 : 1
    let parts = (string.hasPrefix("-") || string.hasPrefix("+") ? string.dropFirst() : string[...]).split(
      separator: ":")
    guard parts.count == 2, let hours = Int64(parts[0]), let minutes = Int64(parts[1]), 0...23 ~= hours,
      0...59 ~= minutes
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}
