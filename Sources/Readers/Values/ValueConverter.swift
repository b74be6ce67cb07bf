internal import Pipeline

/// Turns texts into the values of one declared field. One thread uses a converter at a time.
///
/// A text field points to where the text lies; nothing is copied. Blanks around numbers, times, enums and booleans are
/// passed over.
final class ValueConverter {
  enum Kind: UInt8 { case string, int, double, decimal, bool, time, choice }

  let declaration: FieldDeclaration
  let kind: Kind
  private let missing: MissingTexts
  /// Whether only the empty text stands for no value, as mostly.
  private let onlyEmptyIsMissing: Bool
  private let isOptional: Bool
  private let numbers: NumberText
  private let scale: Int
  private let booleans: BoolTexts
  private let choices: [[UInt8]]
  private let times: TimeConverter
  private var fallback: Field?
  private var fallbackText: UnsafeMutablePointer<UInt8>?

  /// - Parameter missing: the reader's texts for no value.
  init(_ declaration: FieldDeclaration, missing readerMissing: [String]) {
    self.declaration = declaration
    let texts = readerMissing + declaration.missing
    missing = MissingTexts(texts)
    onlyEmptyIsMissing = Set(texts) == [""]
    isOptional = declaration.isOptional
    var numbers = NumberStyle()
    var scale = -1
    var booleans = BoolTexts.standard
    var choices: [[UInt8]] = []
    var times = TimeConverter(.iso, nil, .earlier)
    switch declaration.type {
    case .string: kind = .string
    case .int(let style):
      kind = .int
      numbers = style
    case .double(let style):
      kind = .double
      numbers = style
    case .decimal(let style, let declared):
      kind = .decimal
      numbers = style
      scale = declared ?? -1
    case .bool(let texts):
      kind = .bool
      booleans = texts
    case .time(let style, let zone, let ambiguous):
      kind = .time
      times = TimeConverter(style, zone, ambiguous)
    case .choice(let values):
      kind = .choice
      choices = values
    }
    self.numbers = NumberText(numbers)
    self.scale = scale
    self.booleans = booleans
    self.choices = choices
    self.times = times
    if let text = declaration.fallback { readFallback(Array(text.utf8)) }
  }

  deinit { fallbackText?.deallocate() }

  private func readFallback(_ bytes: [UInt8]) {
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + Block.padding)
    copy.initialize(repeating: 0, count: bytes.count + Block.padding)
    for (index, byte) in bytes.enumerated() { copy[index] = byte }
    fallbackText = copy
    var field = Field.missing
    // An empty text may be a default, though it stands for no value elsewhere.
    if value(UnsafePointer(copy), UnsafePointer(copy) + bytes.count, &field) == .none { fallback = field }
  }

  /// How plain texts are read without this converter: neither blanks nor texts for no value need be looked for then.
  var shortcut: ValueShortcut.Kind {
    guard onlyEmptyIsMissing else { return .none }
    switch kind {
    case .string: return .text
    case .int: return .int
    case .decimal: return .decimal
    case .double, .bool, .time, .choice: return .none
    }
  }

  /// Whether the empty text is not a value, and nothing stands in for it.
  var isEmptyMissing: Bool { onlyEmptyIsMissing && isOptional && fallback == nil }

  /// Digits behind the point of a decimal, -1 where any number will do.
  var plainScale: Int8 { Int8(truncatingIfNeeded: scale) }

  var point: UInt8 { numbers.point }

  /// Whether a default is a value of the declared type.
  static func canRead(_ text: String, _ declaration: FieldDeclaration) -> Bool {
    var declaration = declaration
    declaration.fallback = text
    return ValueConverter(declaration, missing: []).fallback != nil
  }

  /// Reads `start..<stop`. The text must live as long as the field.
  @inline(__always)
  func convert(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, into field: UnsafeMutablePointer<Field>
  ) -> ValueProblem {
    if onlyEmptyIsMissing ? start == stop : missing.contains(start, stop) { return nothing(into: field) }
    if kind == .string {
      field.pointee = .text(start, stop - start)
      return .none
    }
    return value(start, stop, &field.pointee)
  }

  /// What a record has that lacks the field.
  @inline(__always)
  func nothing(into field: UnsafeMutablePointer<Field>) -> ValueProblem {
    if let fallback {
      field.pointee = fallback
      return .none
    }
    field.pointee = .missing
    return isOptional ? .none : .missing
  }

  private func value(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ field: inout Field
  ) -> ValueProblem {
    if kind == .string {
      field = .text(start, stop - start)
      return .none
    }
    var (start, stop) = (start, stop)
    while start < stop, ValueConverter.isBlank(start.pointee) { start += 1 }
    while start < stop, ValueConverter.isBlank(stop[-1]) { stop -= 1 }
    switch kind {
    case .string: return .none
    case .int: return numbers.int(start, stop, &field)
    case .double: return numbers.double(start, stop, &field)
    case .decimal: return numbers.decimal(start, stop, scale: scale, &field)
    case .bool: return bool(start, stop, &field)
    case .time: return times.read(start, stop, &field)
    case .choice:
      let count = stop - start
      for choice in choices where choice.count == count && ValueConverter.equals(start, choice) {
        field = .text(start, count)
        return .none
      }
      return .choice
    }
  }

  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

  private static func equals(_ start: UnsafePointer<UInt8>, _ text: [UInt8]) -> Bool {
    for index in 0..<text.count where start[index] != text[index] { return false }
    return true
  }

  private func bool(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, _ field: inout Field
  ) -> ValueProblem {
    for (texts, value) in [(booleans.yes, true), (booleans.no, false)] {
      for text in texts where text.count == stop - start {
        var isEqual = true
        for index in 0..<text.count {
          let byte = start[index]
          let folded = booleans.isStandard && byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
          if folded != text[index] { isEqual = false }
        }
        if isEqual {
          field = .bool(value)
          return .none
        }
      }
    }
    return .bool
  }
}
