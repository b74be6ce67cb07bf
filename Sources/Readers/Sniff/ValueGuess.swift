internal import Pipeline

/// Guesses the type of a field from its values: of the types that read them all, the narrowest. What is guessed is
/// tried with the reader's own converters, so a pinned type reads at least what was looked at.
struct ValueGuess {
  /// What a format says about a value itself.
  enum Form { case untyped, text, number, bool }

  private enum Condition {
    case none
    /// No leading zeros or plus, which numbers lose and article or telephone numbers must keep; and no whole number that a
    /// double cannot hold exactly, as JSON's readers will: whoever writes so many digits means each of them.
    case plainNumber
    /// The same, and without a point: `12.00` is written by what has fractions, too.
    case wholeNumber
    case word
    /// One letter of `t` and `f` or `y` and `n`, of which both must come: `n` alone may be anything.
    case letter
    case epoch(ClosedRange<Int64>)

    var isLetter: Bool { if case .letter = self { true } else { false } }
  }

  private struct Candidate {
    var settings: [PinnedEntry]
    var converter: ValueConverter
    var condition = Condition.none
    var isTime: Bool { converter.kind == .time }
    /// Whether its times have a time of day; ISO 8601 leaves that to each text.
    var hasClock: Bool?
    var isNumber: Bool { [.int, .decimal, .double].contains(converter.kind) }
    /// Values that it cannot read.
    var failures = 0
    /// Of day and month, where both are numbers and the day or the month comes first.
    var order: String?
    var has12Hours = false
    var needsZone = false
  }

  /// Values looked at in a field; the rest of a sample tells nothing new.
  private static let mostValues = 20_000

  /// One value in so many may be no time in a field of times: somebody's mistake, to become a reject.
  private static let tolerance = 20

  private(set) var count = 0
  private var longest = 0
  /// Made when the first value comes, which most of them cannot read.
  private var candidates: [Candidate] = []
  private let name: String
  private let zone: Zone
  /// Whether the name says that its times are of UTC.
  private let isUniversal: Bool
  /// Digits behind the point, fewest and most.
  private var digits: (fewest: Int, most: Int) = (.max, 0)
  /// Whether three digits stand behind every point or comma, in texts: JSON's own numbers have no groups.
  private var separatesThousands = true
  /// Whether values are JSON's own numbers, of which programs leave out zeros at the end.
  private var areBare = false
  /// Whether a spreadsheet wrote a number in scientific notation: `1.23E+15`.
  private var hasExponent = false
  /// Values with blanks or line ends around them.
  private var padded = 0
  /// Values of one letter that have come, in small ones.
  private var letters: Set<UInt8> = []
  /// Whether the name is that of a time, and the fewest digits that a value has.
  private let isTimeName: Bool
  private var fewestNumerals = Int.max
  /// As which time of day all values can be read, if any.
  private var clock: (text: String, time: TimePattern)?
  /// What the export's other columns tell of values that can be read in two ways.
  private var habit = ExportHabit()

  init(name: String, zone: Zone) {
    self.name = name
    isUniversal = ValueGuess.isUniversal(name)
    isTimeName = ValueGuess.isTimeName(name)
    self.zone = isUniversal ? .utc : zone
  }

  mutating func take(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, as form: Form = .untyped) {
    // Converters pass over blanks around all but texts.
    var (start, stop) = (start, stop)
    let length = stop - start
    while start < stop, ValueConverter.isBlank(start.pointee) { start += 1 }
    while start < stop, ValueConverter.isBlank(stop[-1]) { stop -= 1 }
    if stop - start < length { padded += 1 }
    if count == 0, start < stop {
      candidates = ValueGuess.candidates(name, zone, UnsafeBufferPointer(start: start, count: stop - start))
    }
    count += 1
    if count == 1 { clock = ValueGuess.clocks.first { $0.time.readsAll(start, stop) } }
    if let clock, !clock.time.readsAll(start, stop) { self.clock = nil }
    if isTimeName {
      fewestNumerals = min(
        fewestNumerals, UnsafeBufferPointer(start: start, count: stop - start).count { $0 &- 48 < 10 })
    }
    guard !candidates.isEmpty, count < ValueGuess.mostValues else { return }
    longest = max(longest, stop - start)
    if stop - start == 1 { letters.insert(start.pointee | 0x20) }
    for index in candidates.indices where !ValueGuess.reads(candidates[index], form, start, stop) {
      candidates[index].failures += 1
    }
    candidates.removeAll { $0.failures > ($0.isTime ? 1 + count / ValueGuess.tolerance : 0) }
    var behind: Int?
    for at in UnsafeBufferPointer(start: start, count: stop - start) {
      if at == UInt8(ascii: ".") || at == UInt8(ascii: ",") {
        behind = 0
      } else if at &- 48 < 10, let before = behind {
        behind = before + 1
      } else if at | 0x20 == UInt8(ascii: "e") {
        // Digits of the exponent are none behind the point.
        hasExponent = true
        break
      }
    }
    digits = (min(digits.fewest, behind ?? 0), max(digits.most, behind ?? 0))
    if let behind, behind != 3 || form == .number { separatesThousands = false }
    if form == .number { areBare = true }
  }

  private static func reads(
    _ candidate: Candidate, _ form: Form, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) -> Bool {
    switch (form, candidate.converter.kind) {
    case (.untyped, _), (.bool, .bool), (.text, .time): break
    case (.number, .int), (.number, .decimal), (.number, .double): break
    case (.number, .time): if case .epoch = candidate.condition { break } else { return false }
    default: return false
    }
    var field = Field.missing
    return holds(candidate.condition, start, stop)
      && candidate.converter.convert(start, stop, into: &field) == .none
  }

  mutating func take(_ text: String, as form: Form = .untyped) {
    var text = text
    text.withUTF8 { bytes in if let start = bytes.baseAddress { take(start, start + bytes.count, as: form) } }
  }

  /// What can be true of all values.
  private var sound: [Candidate] {
    candidates.filter { $0.failures * ValueGuess.tolerance <= count && ($0.condition.isLetter ? hasLetters : true) }
  }

  /// Whether the letters are those of one pair, both.
  private var hasLetters: Bool {
    letters == [UInt8(ascii: "t"), UInt8(ascii: "f")] || letters == [UInt8(ascii: "y"), UInt8(ascii: "n")]
  }

  /// The candidate with the fewest failures, the first of equals.
  private var best: Candidate? {
    guard count > 0 else { return nil }
    if let order = habit.order, let open = openOrders.first(where: { $0.order == order }) { return open }
    guard hasOpenPoint else { return sound.min { $0.failures < $1.failures } }
    // `1,250` is a thousand and more where English is written, which is as good as any guess.
    let point = habit.point ?? UInt8(ascii: ".")
    return sound.filter { $0.converter.point == point }.min { $0.failures < $1.failures }
  }

  /// Whether numbers can be read with either sign as the decimal point.
  private static func areAmbiguous(_ candidates: [Candidate]) -> Bool {
    let numbers = candidates.filter(\.isNumber)
    return numbers.contains { $0.converter.point == UInt8(ascii: ".") }
      && numbers.contains { $0.converter.point == UInt8(ascii: ",") }
  }

  /// Whether the sign in its numbers may be a decimal point, and may part thousands: `1.250`, `1,250`.
  private var hasOpenPoint: Bool {
    count > 0 && separatesThousands && digits.most == 3 && ValueGuess.areAmbiguous(sound)
  }

  /// The decimal point of its numbers, if nothing else can be one.
  var certainPoint: UInt8? {
    guard digits.most > 0, !hasOpenPoint, let best, best.isNumber else { return nil }
    return best.converter.point
  }

  /// Reads what can be read in two ways as the export's other columns say.
  mutating func settle(_ habit: ExportHabit) { self.habit = habit }

  /// What a declaration says about the type; empty for text.
  var settings: [PinnedEntry] {
    guard let best else { return [] }
    var settings = best.settings
    let isGrouped = separatesThousands && settings.contains { $0.key == "group" }
    if best.converter.kind == .decimal, !isGrouped, !areBare, !hasExponent, digits.fewest == digits.most,
      digits.most > 0
    {
      settings.insert(PinnedEntry("scale", .plain(String(digits.most))), at: 1)
    }
    if best.needsZone, isUniversal { settings.append(PinnedEntry("zone", .text("UTC"))) }
    return settings
  }

  /// The type in a word.
  var word: String {
    guard let best, case .text(let type) = best.settings[0].value else { return "string" }
    return type
  }

  var isNumber: Bool { best?.isNumber == true }
  var isTime: Bool { best?.isTime == true }
  /// A time without a clock, which is a day of birth as often as the record's own.
  var isDate: Bool { isTime && !(best?.hasClock ?? (longest > 10)) }
  /// Whether it is called a time and looks like one, but in no format that is tried.
  var mayBeTime: Bool { isTimeName && count > 0 && best == nil && clock == nil && fewestNumerals >= 4 }
  /// The format of values that are all a time of day, and no date.
  var clockFormat: String? { clock?.text }
  /// The format of values that are all a time, as `parse_time` has it; nil for seconds since 1970.
  var timeFormat: String? {
    guard let best, isTime else { return nil }
    guard case .text(let format)? = best.settings.first(where: { $0.key == "format" })?.value else { return "%Y-%m-%d" }
    return format.hasPrefix("epoch") ? nil : format
  }
  var needsZone: Bool { best?.needsZone == true && !isUniversal }
  /// Whether most values are texts with blanks or line ends around them, which texts keep.
  var isPadded: Bool { padded > 0 && padded * 2 >= count && best == nil }
  /// Whether digits may be lost: spreadsheets show long numbers in scientific notation, and write what they show.
  var isRounded: Bool { hasExponent && !areBare && isNumber }
  /// What is taken for the decimal point and why, where values could be read both ways.
  var assumedPoint: String? {
    guard hasOpenPoint, let best else { return nil }
    let isPoint = !best.settings.contains { $0.key == "group" }
    let sign = (best.converter.point == UInt8(ascii: ".")) == isPoint ? "." : ","
    return "'\(sign)' is assumed to \(isPoint ? "be the decimal point" : "part thousands")"
      + (habit.point == nil ? "" : ", as other columns have it")
  }

  /// Readings as dates of different orders, of which none is better than the others; empty if one is.
  private var openOrders: [Candidate] {
    guard let least = sound.map(\.failures).min() else { return [] }
    let open = sound.filter { $0.failures == least }
    return open.first?.order != nil && Set(open.compactMap(\.order)).count > 1 ? open : []
  }

  /// The order of day and month, if a value tells.
  var certainOrder: String? { openOrders.isEmpty ? best?.order : nil }

  /// The order of day and month that 12 hours make likely, if no value tells.
  var likelyOrder: String? { openOrders.first { $0.has12Hours }?.order }

  /// What is taken for the order of day and month, if no value tells.
  var assumedOrder: String? {
    guard !openOrders.isEmpty, let order = best?.order else { return nil }
    return order + " is assumed" + (habit.certainOrder == nil ? "" : ", as other columns have it")
  }

  // MARK: - Candidates

  /// - Parameter first: the first value.
  private static func candidates(_ name: String, _ zone: Zone, _ first: UnsafeBufferPointer<UInt8>) -> [Candidate] {
    func candidate(_ type: ValueType, _ settings: [PinnedEntry], _ condition: Condition = .none) -> Candidate {
      let declaration = FieldDeclaration(
        name: name, type: type, isOptional: false, fallback: nil, missing: [], own: [:],
        span: SourceSpan(line: 1, column: 1))
      var candidate = Candidate(
        settings: settings, converter: ValueConverter(declaration, missing: []), condition: condition)
      switch type {
      case .time(.epoch, _, _): candidate.hasClock = true
      case .time(.pattern(let pattern), _, _): candidate.hasClock = pattern.hasTime
      default: break
      }
      return candidate
    }
    func pin(_ type: String) -> [PinnedEntry] { [PinnedEntry("type", .text(type))] }
    func dated(_ format: TimeShape.Format) -> Candidate {
      let hasOffset = format.time.hasOffset
      var dated = candidate(
        .time(.pattern(format.time), zone: hasOffset ? nil : zone, ambiguous: .earlier),
        pin(hasOffset ? "timestamp" : "local_time") + [PinnedEntry("format", .text(format.text))])
      dated.needsZone = !hasOffset
      dated.order = format.order
      dated.has12Hours = format.has12Hours
      return dated
    }
    var found: [Candidate] = []
    let times = isTimeName(name)
    let formats = (TimeShape(first)?.formats ?? []).filter { times || !$0.needsName }
    // `20240501` is a number, too.
    let isNumeral = first.allSatisfy { $0 &- 48 < 10 }
    if first[0] | 0x20 >= UInt8(ascii: "a") {
      if !isIdentifierName(name) {
        found.append(candidate(.bool(.standard), pin("bool"), .word))
        found.append(candidate(.bool(.standard), pin("bool"), .letter))
      }
      for mail in mails {
        found.append(
          candidate(
            .time(.pattern(mail.time), zone: mail.time.hasOffset ? nil : .utc, ambiguous: .earlier),
            pin("timestamp") + [PinnedEntry("format", .text(mail.text))]
              + (mail.time.hasOffset ? [] : [PinnedEntry("zone", .text("UTC"))])))
      }
      return found + formats.map(dated)
    }
    if isNumeral { found += formats.map(dated) }
    if times {
      var (first, last): (Int64, Int64) = (946_684_800, 4_102_444_800)
      for (format, digits) in [("epoch", 0), ("epoch_ms", 3), ("epoch_us", 6), ("epoch_ns", 9)] {
        found.append(
          candidate(
            .time(.epoch(digits: digits), zone: nil, ambiguous: .earlier),
            pin("timestamp") + [PinnedEntry("format", .text(format))], .epoch(first...last)))
        if digits < 9 { (first, last) = (first * 1000, last * 1000) }
      }
    }
    if !isIdentifierName(name) {
      found.append(candidate(.int(NumberStyle()), pin("int"), .wholeNumber))
      found.append(candidate(.decimal(NumberStyle(), scale: nil), pin("decimal"), .plainNumber))
      for (point, group) in [(",", nil), (",", " "), (",", "."), (".", ","), (".", "'")] as [(String, String?)] {
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
        found.append(candidate(.decimal(style, scale: nil), settings, .plainNumber))
      }
      found.append(candidate(.double(NumberStyle()), pin("double"), .plainNumber))
    }
    found.append(candidate(.time(.iso, zone: nil, ambiguous: .earlier), pin("instant")))
    var local = candidate(.time(.iso, zone: zone, ambiguous: .earlier), pin("local_time"))
    local.needsZone = true
    found.append(local)
    if !isNumeral { found += formats.map(dated) }
    return found
  }

  /// RFC 5322's dates, which RSS and HTTP have, too: with an offset, or `GMT`.
  private static let mails = ["%z", "%Z"].map { zone in
    let text = "%a, %d %b %Y %H:%M:%S " + zone
    return (text: text, time: TimePattern(text))
  }

  private static let clocks = TimeShape.clocks.map { (text: $0, time: TimePattern($0)) }

  private static func holds(
    _ condition: Condition, _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>
  ) -> Bool {
    switch condition {
    case .none: return true
    case .word: return start < stop && start.pointee | 0x20 >= UInt8(ascii: "a") && stop - start >= 2
    case .letter: return stop - start == 1 && start.pointee | 0x20 >= UInt8(ascii: "a")
    case .plainNumber: return isPlainNumber(start, stop)
    case .wholeNumber:
      return isPlainNumber(start, stop)
        && !UnsafeBufferPointer(start: start, count: stop - start).contains(UInt8(ascii: "."))
    case .epoch(let range):
      let whole = UnsafeBufferPointer(start: start, count: min(stop - start, 20)).prefix { $0 &- 48 < 10 }
      return Int64(String(decoding: whole, as: UTF8.self)).map { range.contains($0) } ?? false
    }
  }

  private static func isPlainNumber(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    var at = start
    if at < stop, at.pointee == UInt8(ascii: "-") { at += 1 }
    guard at < stop, at.pointee &- 48 < 10 else { return false }
    if at.pointee == 48, stop - at > 1, at[1] &- 48 < 10 { return false }
    return stop - at <= 15 || !UnsafeBufferPointer(start: at, count: stop - at).allSatisfy { $0 &- 48 < 10 }
  }

  /// Numbers by these names name something; nobody adds them up.
  private static func isIdentifierName(_ name: String) -> Bool {
    let plain = name.lowercased()
    if name.hasSuffix("Id") || name.hasSuffix("ID") { return true }
    return ["id", "sku", "ean", "gtin", "isbn", "phone", "zip", "postcode", "code", "number", "key"].contains { word in
      plain == word || plain.hasSuffix("_" + word) || plain.hasSuffix("-" + word) || plain.hasSuffix(" " + word)
    }
  }

  /// `Created date (UTC)`, `post_date_gmt`, `createdAtUTC`; not `Time (GMT+2)`.
  private static func isUniversal(_ name: String) -> Bool {
    let plain = name.lowercased()
    guard !plain.contains(where: \.isNumber) else { return false }
    return plain.split { !$0.isLetter }.contains { $0 == "utc" || $0 == "gmt" }
      || ["Utc", "UTC", "Gmt", "GMT"].contains { name.hasSuffix($0) && name.dropLast(3).last?.isLowercase == true }
  }

  private static func isTimeName(_ name: String) -> Bool {
    let plain = name.lowercased()
    return plain == "ts" || plain.hasSuffix("_at") || plain.hasSuffix("_ts")
      || ["time", "date", "created", "updated", "stamp"].contains { plain.contains($0) }
  }
}

extension TimePattern {
  /// Whether the whole text is of this format.
  fileprivate func readsAll(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    var parts = TimeParts()
    return read(start, stop, &parts) == stop
  }
}
