internal import Pipeline

/// The types that a field may have, as its name and its first value tell.
struct GuessCandidates {
  private let name: FieldName
  /// For times that name none.
  private let zone: Zone
  /// The first value; not empty.
  private let first: UnsafeBufferPointer<UInt8>

  init(_ name: FieldName, zone: Zone, first: UnsafeBufferPointer<UInt8>) {
    self.name = name
    self.zone = zone
    self.first = first
  }

  /// Those that read all values equally well are told apart by their order: the first of them is taken.
  var all: [GuessCandidate] {
    if first[0] | 0x20 >= UInt8(ascii: "a") { return flags + mailTimes + shapedTimes }
    // `20240501` is a number, too.
    let isNumeral = first.allSatisfy { $0 &- 48 < 10 }
    return (isNumeral ? shapedTimes : []) + epochs + numbers + isoTimes + (isNumeral ? [] : shapedTimes)
  }

  private var flags: [GuessCandidate] {
    guard !name.isIdentifier else { return [] }
    return [candidate(.bool(.standard), pin("bool"), .word), candidate(.bool(.standard), pin("bool"), .letter)]
  }

  /// RFC 5322's dates, which RSS and HTTP have, too: with an offset, or `GMT`.
  private static let mails = ["%z", "%Z"].map { zone in
    let text = "%a, %d %b %Y %H:%M:%S " + zone
    return (text: text, time: TimePattern(text))
  }

  private var mailTimes: [GuessCandidate] {
    GuessCandidates.mails.map { mail in
      candidate(
        .time(.pattern(mail.time), zone: mail.time.hasOffset ? nil : .utc, ambiguous: .earlier),
        pin("timestamp") + [PinnedEntry("format", .text(mail.text))]
          + (mail.time.hasOffset ? [] : [PinnedEntry("zone", .text("UTC"))]))
    }
  }

  /// Times in the formats that begin as the first value does.
  private var shapedTimes: [GuessCandidate] {
    let formats = (TimeShape(first)?.formats ?? []).filter { name.isTime || !$0.needsName }
    return formats.map { format in
      let hasOffset = format.time.hasOffset
      var dated = candidate(
        .time(.pattern(format.time), zone: hasOffset ? nil : zone, ambiguous: .earlier),
        pin(hasOffset ? "timestamp" : "local_time") + [PinnedEntry("format", .text(format.text))])
      dated.needsZone = !hasOffset
      dated.order = format.order
      dated.has12Hours = format.has12Hours
      return dated
    }
  }

  /// Of this century, or they are numbers.
  private var epochs: [GuessCandidate] {
    guard name.isTime else { return [] }
    let units: [(format: String, digits: Int, perSecond: Int64)] = [
      ("epoch", 0, 1), ("epoch_ms", 3, 1000), ("epoch_us", 6, 1_000_000), ("epoch_ns", 9, 1_000_000_000),
    ]
    return units.map { unit in
      candidate(
        .time(.epoch(digits: unit.digits), zone: nil, ambiguous: .earlier),
        pin("timestamp") + [PinnedEntry("format", .text(unit.format))],
        .epoch(946_684_800 * unit.perSecond...4_102_444_800 * unit.perSecond))
    }
  }

  /// Decimal point and separator of thousands, beside a point alone.
  private static let styles: [(point: String, group: String?)] = [
    (",", nil), (",", " "), (",", "."), (".", ","), (".", "'"),
  ]

  private var numbers: [GuessCandidate] {
    guard !name.isIdentifier else { return [] }
    let styled = GuessCandidates.styles.map { point, group in
      var style = NumberStyle()
      style.point = Array(point.utf8)[0]
      var settings = pin("decimal")
      if point == "," { settings.append(PinnedEntry("decimal", .text(point))) }
      if let group {
        // As a declaration reads them.
        style.separators =
          (group == " " ? [" ", "\u{A0}", "\u{202F}", "\u{2009}"] : group == "'" ? ["'", "\u{2019}"] : [group])
          .map { Array($0.utf8) }
        settings.append(PinnedEntry("group", .text(group)))
      }
      return candidate(.decimal(style, scale: nil), settings, .plainNumber)
    }
    return [
      candidate(.int(NumberStyle()), pin("int"), .wholeNumber),
      candidate(.decimal(NumberStyle(), scale: nil), pin("decimal"), .plainNumber),
    ] + styled + [candidate(.double(NumberStyle()), pin("double"), .plainNumber)]
  }

  private var isoTimes: [GuessCandidate] {
    var local = candidate(.time(.iso, zone: zone, ambiguous: .earlier), pin("local_time"))
    local.needsZone = true
    return [candidate(.time(.iso, zone: nil, ambiguous: .earlier), pin("instant")), local]
  }

  private func pin(_ type: String) -> [PinnedEntry] { [PinnedEntry("type", .text(type))] }

  private func candidate(
    _ type: ValueType, _ settings: [PinnedEntry], _ condition: GuessCandidate.Condition = .none
  ) -> GuessCandidate {
    let declaration = FieldDeclaration(
      name: name.text, type: type, isOptional: false, fallback: nil, missing: [], own: [:],
      span: SourceSpan(line: 1, column: 1))
    var candidate = GuessCandidate(
      settings: settings, converter: ValueConverter(declaration, missing: []), condition: condition)
    switch type {
    case .time(.epoch, _, _): candidate.hasClock = true
    case .time(.pattern(let pattern), _, _): candidate.hasClock = pattern.hasTime
    default: break
    }
    return candidate
  }
}
