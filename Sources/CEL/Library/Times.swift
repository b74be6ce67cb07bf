extension Library {
  /// Functions that look up named zones, for the zones of one environment.
  static func zoned(_ zones: ZoneSource) -> [Entry] { parts(in: zones) + parseTime(zones) }

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

  /// The parts of a timestamp in UTC, and of a duration.
  static let times: [Entry] =
    parts.map { name, part in (name, .unary(.timestamp, .int, member: true) { _, x in .int(Int64(part(x))) }) } + [
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

  /// The parts of a timestamp in a zone.
  private static func parts(in zones: ZoneSource) -> [Entry] {
    @Sendable func local(_ x: Value, _ zone: LocalZone) -> Value {
      .timestamp(seconds: x.seconds + zone.offset(at: x.seconds), nanoseconds: x.nanoseconds)
    }
    return parts.map { name, part in
      (
        name,
        .binary(
          .timestamp, .string, .int, member: true,
          specialize: { site in
            guard let zone = literalZone(&site, 1, zones) else { return nil }
            let load = site.arguments[0].evaluate
            return Specialized { activation in
              let x = load(activation)
              return x.isError ? x : .int(Int64(part(local(x, zone))))
            }
          },
          { activation, x, name in
            guard let zone = zones.zone(name.utf8) else { return unknownZone(activation, name) }
            return .int(Int64(part(local(x, zone))))
          })
      )
    }
  }

  /// A literal zone is looked up once, or reported.
  static func literalZone(_ site: inout CallSite, _ argument: Int, _ zones: ZoneSource) -> LocalZone? {
    guard let name = site.arguments[argument].constant else { return nil }
    if let zone = zones.zone(name.utf8) { return zone }
    site.report(
      .invalidArgument, argument: argument, "unknown time zone '\(name.text)'",
      remedy: "write a name such as 'Europe/Warsaw', 'UTC', or an offset such as '+02:00'")
    return nil
  }

  static func unknownZone(_ activation: Activation, _ name: Value) -> Value {
    activation.error(.invalidArgument, "unknown time zone '\(String(decoding: name.utf8.prefix(64), as: UTF8.self))'")
  }

  /// Rounded towards zero.
  private static func whole(_ x: Value) -> Int64 { x.seconds < 0 && x.nanoseconds > 0 ? x.seconds + 1 : x.seconds }
  private static func second(_ x: Value) -> Int { Int(((x.seconds % 86400) + 86400) % 86400) }
  private static func day(_ x: Value) -> Int { (Int(x.seconds) - second(x)) / 86400 }
  private static func civil(_ x: Value) -> (year: Int, month: Int, day: Int) { Time.civil(day(x)) }
}
