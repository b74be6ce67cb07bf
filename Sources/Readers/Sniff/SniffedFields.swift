internal import Pipeline

/// A value that a sniffer found in records, before it has a name in the mapping.
struct SniffedField {
  /// What leads to it, as the export names it; the last word names the field if no other does.
  var words: [String]
  /// How the reader finds it; none where its name is enough.
  var place: PinnedEntry?
  var guess: ValueGuess
  var isOptional: Bool
}

/// Gives sniffed fields names that a mapping can use, and writes their declarations.
struct SniffedFields {
  private(set) var names: Set<String> = []
  private(set) var entries: [PinnedEntry] = []
  /// The time that a record most likely is of: of required ones with a clock the first, of those one that needs no zone.
  private(set) var time: String?
  private var timeRank = -1
  private(set) var timeCount = 0
  private(set) var needsZone = false
  /// What was assumed of fields that could be read in two ways.
  private(set) var remarks: [String] = []
  /// The format of the record's time, if it is a date alone, and the first field that is a time of day alone.
  private var dateFormat: String?
  private var clock: (name: String, format: String)?
  private let habit: ExportHabit

  init(taken names: Set<String> = [], habit: ExportHabit = ExportHabit()) {
    self.names = names
    self.habit = habit
  }

  /// - Parameter impliedPlace: where a field of this name is found without a place; nil if the place is always written.
  mutating func add(_ field: SniffedField, impliedPlace: String? = nil) {
    var field = field
    field.guess.settle(habit)
    let name = name(field.words)
    var settings: [PinnedEntry] = []
    if let place = field.place, impliedPlace == nil || impliedPlace != name { settings.append(place) }
    var type = field.guess.settings
    if field.isOptional {
      if type.isEmpty {
        type = [PinnedEntry("type", .plain("optional string"))]
      } else if case .text(let word) = type[0].value {
        type[0].value = .plain("optional \(word)")
      }
    }
    if field.guess.isTime {
      timeCount += 1
      let rank = (field.isOptional ? 0 : 4) + (field.guess.isDate ? 0 : 2) + (field.guess.needsZone ? 0 : 1)
      if rank > timeRank {
        time = name
        timeRank = rank
        dateFormat = field.guess.isDate ? field.guess.timeFormat : nil
      }
    }
    if field.guess.needsZone { needsZone = true }
    if let order = field.guess.assumedOrder {
      remarks.append("dates of \(name) could be read both ways: \(order)")
    }
    if let point = field.guess.assumedPoint {
      remarks.append("numbers of \(name) could be read both ways: \(point)")
    }
    if clock == nil, !field.isOptional, let format = field.guess.clockFormat { clock = (name, format) }
    if field.guess.mayBeTime {
      remarks.append("\(name) may be a time: write its type and `format` (docs/cel.md#times)")
    }
    if field.guess.isPadded {
      remarks.append("values of \(name) have blanks around them, which texts keep: write \(name).trim()")
    }
    if field.guess.isRounded {
      remarks.append("numbers of \(name) are in scientific notation: a spreadsheet may have taken digits of theirs")
    }
    settings += type
    entries.append(
      settings.isEmpty ? PinnedEntry(name, .text("string")) : PinnedEntry(name, .flow(settings)))
  }

  /// What the reader must be told of times as a whole.
  /// - Parameter zone: for those that name none, if the user gave one.
  func timeSettings(zone: String?) -> [PinnedEntry] {
    var settings: [PinnedEntry] = []
    if needsZone { settings.append(PinnedEntry("zone", .text(zone ?? "UTC"))) }
    if timeCount > 1, let time { settings.append(PinnedEntry("time", .text(time))) }
    return settings
  }

  /// What was assumed of times as a whole.
  /// - Parameters:
  ///   - zone: for those that name none, if the user gave one.
  ///   - place: what a value is in, for the message.
  func timeRemarks(zone: String?, place: String) -> [String] {
    var remarks: [String] = []
    if needsZone, zone == nil {
      remarks.append("times have no offset from UTC: `zone: UTC` is assumed, write the export's own zone")
    }
    if timeCount > 1, let time {
      remarks.append("the record's time is taken from \(time)")
    } else if timeCount == 0 {
      remarks.append("no \(place) is a time")
    }
    return remarks
  }

  /// How the record's time is put together, if its date and its time of day are two fields.
  var splitTimeRemarks: [String] {
    guard let time, let dateFormat, let clock else { return [] }
    return [
      "the record's time, \(time), is a date, and \(clock.name) is a time of day: declare both as string and write "
        + "time: '=parse_time(\(time) + \" \" + \(clock.name), \"\(dateFormat) \(clock.format)\", \"UTC\")' in the rule, with "
        + "the export's own zone"
    ]
  }

  /// A list by a name that `name` gave.
  mutating func add(list name: String, at place: PinnedEntry, rows: SniffedFields) {
    entries.append(PinnedEntry(name, .map([place, PinnedEntry("fields", .map(rows.entries))])))
    remarks += rows.remarks
    if rows.needsZone { needsZone = true }
  }

  /// A name that nothing has yet: of the last word, or as many more as it takes.
  mutating func name(_ words: [String]) -> String {
    for length in 1...max(1, min(words.count, 3)) {
      let name = SniffedFields.identifier(words.suffix(length).joined(separator: "_"))
      if names.insert(name).inserted { return name }
    }
    let base = SniffedFields.identifier(words.suffix(1).joined())
    var number = 2
    while !names.insert("\(base)_\(number)").inserted { number += 1 }
    return "\(base)_\(number)"
  }

  /// Words that expressions keep to themselves.
  private static let reserved: Set<String> = [
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
    "loop", "package", "namespace", "return", "var", "void", "while",
  ]

  /// Whether a text is a name as it stands, with capitals that part its words: `orderId`.
  private static func isCamelCase(_ text: String) -> Bool {
    text.first?.isLowercase == true && text.utf8.allSatisfy { LatinLetters.isPlain($0) || $0 == UInt8(ascii: "_") }
  }

  /// `Unit price` becomes `unit_price`, `Größe` `groesse`, `MwSt` `mwst`; `orderId` stays. What has no letters at all
  /// becomes `field`.
  static func identifier(_ text: String) -> String {
    var name = ""
    for character in text {
      let letters = LatinLetters.plain(character)
      if !letters.isEmpty {
        name += letters
      } else if !name.isEmpty, name.last != "_" {
        name += "_"
      }
      if name.utf8.count >= 60 { break }
    }
    while name.last == "_" { name.removeLast() }
    if !isCamelCase(text) { name = name.lowercased() }
    if name.isEmpty { return "field" }
    if name.utf8.first.map({ $0 &- 48 < 10 }) == true { name = "_" + name }
    return reserved.contains(name) ? name + "_" : name
  }
}
