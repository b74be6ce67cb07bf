// parse_time(text, format[, zone[, ambiguous]]): a written time in a form of the caller's (see TimeFormat).

extension Library {
  static func parseTime(_ zones: ZoneSource) -> [Entry] {
    (2...4).map { count in
      (
        "parse_time",
        .variadic(
          Array(repeating: .string, count: count), .timestamp, specialize: { specializeParseTime(&$0, zones) },
          { activation, x in
            let format: TimeFormat
            do throws(TimeFormat.Mistake) { format = try TimeFormat(x[1].utf8) } catch {
              return activation.error(.invalidArgument, "\(error.message) in '\(excerpt(x[1]))'")
            }
            var zone: LocalZone?
            if x.count > 2 {
              zone = zones.zone(x[2].utf8)
              if zone == nil { return unknownZone(activation, x[2]) }
            }
            return parse(activation, x[0], format, zone, policy: x.count > 3 ? x[3] : nil)
          })
      )
    }
  }

  private static func specializeParseTime(_ site: inout CallSite, _ zones: ZoneSource) -> Specialized? {
    var ambiguity: LocalZone.Ambiguity? = site.arguments.count < 4 ? .earlier : nil
    if site.arguments.count == 4, let policy = site.arguments[3].constant {
      ambiguity = LocalZone.Ambiguity(rawValue: policy.text)
      if ambiguity == nil {
        site.report(
          .invalidArgument, argument: 3, "unknown policy '\(policy.text)'",
          remedy: "write 'earlier', 'later' or 'reject'")
      }
    }
    let hasZone = site.arguments.count > 2
    let zone = hasZone ? literalZone(&site, 2, zones) : nil
    guard let literal = site.arguments[1].constant else { return nil }
    let format: TimeFormat
    do throws(TimeFormat.Mistake) { format = try TimeFormat(literal.utf8) } catch {
      site.report(.invalidArgument, argument: 1, error.message, remedy: error.remedy, within: error.range)
      return nil
    }
    guard hasZone || format.isAbsolute else {
      site.report(
        .invalidArgument, argument: 1, "the format has no offset, so the time needs a zone",
        remedy: "add a zone such as 'Europe/Warsaw', or '%z' if the text has an offset")
      return nil
    }
    // With every argument but the text known, nothing is looked up per record.
    let load = site.arguments[0].evaluate
    if let ambiguity, zone != nil || !hasZone {
      return Specialized { activation in
        let text = load(activation)
        return text.isError ? text : parse(activation, text, format, zone, ambiguity)
      }
    }
    guard hasZone else { return nil }
    let name = site.arguments[2].evaluate
    let standard: Evaluate = { _ in Value.string("earlier" as StaticString) }
    let policy = site.arguments.count > 3 ? site.arguments[3].evaluate : standard
    return Specialized { activation in
      let text = load(activation)
      if text.isError { return text }
      let name = name(activation)
      if name.isError { return name }
      let policy = policy(activation)
      if policy.isError { return policy }
      guard let zone = zones.zone(name.utf8) else { return unknownZone(activation, name) }
      return parse(activation, text, format, zone, policy: policy)
    }
  }

  private static func parse(
    _ activation: Activation, _ text: Value, _ format: TimeFormat, _ zone: LocalZone?, policy: Value?
  ) -> Value {
    guard let policy else { return parse(activation, text, format, zone, LocalZone.Ambiguity.earlier) }
    guard let ambiguity = LocalZone.Ambiguity.allCases.first(where: { $0.rawValue.utf8.elementsEqual(policy.utf8) })
    else { return activation.error(.invalidArgument, "unknown policy '\(excerpt(policy))'") }
    return parse(activation, text, format, zone, ambiguity)
  }

  private static func parse(
    _ activation: Activation, _ text: Value, _ format: TimeFormat, _ zone: LocalZone?,
    _ ambiguity: LocalZone.Ambiguity
  ) -> Value {
    do {
      return try format.parse(text.utf8, in: zone, ambiguity)
    } catch {
      return activation.error(.invalidConversion, "'\(excerpt(text))': \(error.reason)")
    }
  }

  /// The beginning of a text, for messages.
  static func excerpt(_ text: Value) -> String { String(decoding: text.utf8.prefix(64), as: UTF8.self) }
}
