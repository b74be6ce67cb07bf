internal import Pipeline

/// Guesses the type of a field from its values: of the types that read them all, the narrowest. What is guessed is
/// tried with the reader's own converters, so a pinned type reads at least what was looked at.
struct ValueGuess {
  /// What a format says about a value itself.
  enum Form { case untyped, text, number, bool }

  /// Values looked at in a field; the rest of a sample tells nothing new.
  private static let mostValues = 20_000

  /// One value in so many may be no time in a field of times: somebody's mistake, to become a reject.
  private static let tolerance = 20

  private(set) var count = 0
  private var longest = 0
  /// Made when the first value comes, which most of them cannot read.
  private var candidates: [GuessCandidate] = []
  private let name: FieldName
  private let zone: Zone
  private var digits = DigitHabit()
  /// Values with blanks or line ends around them.
  private var padded = 0
  /// Values of one letter that have come, in small ones.
  private var letters: Set<UInt8> = []
  /// The fewest digits that a value has, if the name is that of a time.
  private var fewestNumerals = Int.max
  /// As which time of day all values can be read, if any.
  private var clock: (text: String, time: TimePattern)?
  /// What the export's other columns tell of values that can be read in two ways.
  private var habit = ExportHabit()

  init(name: String, zone: Zone) {
    self.name = FieldName(name)
    self.zone = self.name.isUniversal ? .utc : zone
  }

  mutating func take(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, as form: Form = .untyped) {
    // Converters pass over blanks around all but texts.
    var (start, stop) = (start, stop)
    let length = stop - start
    while start < stop, ValueConverter.isBlank(start.pointee) { start += 1 }
    while start < stop, ValueConverter.isBlank(stop[-1]) { stop -= 1 }
    if stop - start < length { padded += 1 }
    let value = UnsafeBufferPointer(start: start, count: stop - start)
    if count == 0, !value.isEmpty { candidates = GuessCandidates(name, zone: zone, first: value).all }
    count += 1
    if count == 1 { clock = ValueGuess.clocks.first { $0.time.readsAll(start, stop) } }
    if let clock, !clock.time.readsAll(start, stop) { self.clock = nil }
    if name.isTime { fewestNumerals = min(fewestNumerals, value.count { $0 &- 48 < 10 }) }
    guard !candidates.isEmpty, count < ValueGuess.mostValues else { return }
    longest = max(longest, value.count)
    if value.count == 1 { letters.insert(start.pointee | 0x20) }
    for index in candidates.indices where !candidates[index].reads(form, start, stop) {
      candidates[index].failures += 1
    }
    candidates.removeAll { $0.failures > ($0.isTime ? 1 + count / ValueGuess.tolerance : 0) }
    digits.take(value, as: form)
  }

  mutating func take(_ text: String, as form: Form = .untyped) {
    var text = text
    text.withUTF8 { bytes in if let start = bytes.baseAddress { take(start, start + bytes.count, as: form) } }
  }

  /// What can be true of all values.
  private var sound: [GuessCandidate] {
    candidates.filter { $0.failures * ValueGuess.tolerance <= count && ($0.condition.isLetter ? hasLetters : true) }
  }

  /// Whether the letters are those of one pair, both.
  private var hasLetters: Bool {
    letters == [UInt8(ascii: "t"), UInt8(ascii: "f")] || letters == [UInt8(ascii: "y"), UInt8(ascii: "n")]
  }

  /// The candidate with the fewest failures, the first of equals.
  private var best: GuessCandidate? {
    guard count > 0 else { return nil }
    if let order = habit.order, let open = openOrders.first(where: { $0.order == order }) { return open }
    guard hasOpenPoint else { return sound.min { $0.failures < $1.failures } }
    // `1,250` is a thousand and more where English is written, which is as good as any guess.
    let point = habit.point ?? UInt8(ascii: ".")
    return sound.filter { $0.converter.point == point }.min { $0.failures < $1.failures }
  }

  /// Whether numbers can be read with either sign as the decimal point.
  private static func areAmbiguous(_ candidates: [GuessCandidate]) -> Bool {
    let numbers = candidates.filter(\.isNumber)
    return numbers.contains { $0.converter.point == UInt8(ascii: ".") }
      && numbers.contains { $0.converter.point == UInt8(ascii: ",") }
  }

  /// Whether the sign in its numbers may be a decimal point, and may part thousands: `1.250`, `1,250`.
  private var hasOpenPoint: Bool {
    count > 0 && digits.separatesThousands && digits.most == 3 && ValueGuess.areAmbiguous(sound)
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
    let isGrouped = digits.separatesThousands && settings.contains { $0.key == "group" }
    if best.converter.kind == .decimal, !isGrouped, !digits.areBare, !digits.hasExponent, digits.fewest == digits.most,
      digits.most > 0
    {
      settings.insert(PinnedEntry("scale", .plain(String(digits.most))), at: 1)
    }
    if best.needsZone, name.isUniversal { settings.append(PinnedEntry("zone", .text("UTC"))) }
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
  var mayBeTime: Bool { name.isTime && count > 0 && best == nil && clock == nil && fewestNumerals >= 4 }
  /// The format of values that are all a time of day, and no date.
  var clockFormat: String? { clock?.text }
  /// The format of values that are all a time, as `parse_time` has it; nil for seconds since 1970.
  var timeFormat: String? {
    guard let best, isTime else { return nil }
    guard case .text(let format)? = best.settings.first(where: { $0.key == "format" })?.value else { return "%Y-%m-%d" }
    return format.hasPrefix("epoch") ? nil : format
  }
  var needsZone: Bool { best?.needsZone == true && !name.isUniversal }
  /// Whether most values are texts with blanks or line ends around them, which texts keep.
  var isPadded: Bool { padded > 0 && padded * 2 >= count && best == nil }
  /// Whether digits may be lost: spreadsheets show long numbers in scientific notation, and write what they show.
  var isRounded: Bool { digits.hasExponent && !digits.areBare && isNumber }
  /// What is taken for the decimal point and why, where values could be read both ways.
  var assumedPoint: String? {
    guard hasOpenPoint, let best else { return nil }
    let isPoint = !best.settings.contains { $0.key == "group" }
    let sign = (best.converter.point == UInt8(ascii: ".")) == isPoint ? "." : ","
    return "'\(sign)' is assumed to \(isPoint ? "be the decimal point" : "part thousands")"
      + (habit.point == nil ? "" : ", as other columns have it")
  }

  /// Readings as dates of different orders, of which none is better than the others; empty if one is.
  private var openOrders: [GuessCandidate] {
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

  private static let clocks = TimeShape.clocks.map { (text: $0, time: TimePattern($0)) }
}

extension TimePattern {
  /// Whether the whole text is of this format.
  fileprivate func readsAll(_ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) -> Bool {
    var parts = TimeParts()
    return read(start, stop, &parts) == stop
  }
}
