internal import Pipeline

/// The wanted fields of a record or of a row in a group, as a plain table: what it takes to read one stands in 24 bytes,
/// and nothing is counted or called for the usual texts and numbers.
final class CSVColumnPlan {
  struct Column: BitwiseCopyable {
    /// What the text may be turned into without its converter.
    enum Shortcut: UInt8 { case none, text, int, decimal }

    /// Kept alive by the plan.
    private let converter: Unmanaged<ValueConverter>
    /// Where it stands in the layout at hand, or -1.
    var position: Int32 = -1
    /// Where it goes.
    let slot: Int32
    let shortcut: Shortcut
    /// Digits behind the point that are asked for, or -1.
    let scale: Int8
    let point: UInt8
    /// Whether an empty text is simply no value.
    let isEmptyMissing: Bool

    init(_ converter: ValueConverter, slot: Int) {
      self.converter = .passUnretained(converter)
      self.slot = Int32(truncatingIfNeeded: slot)
      shortcut = converter.shortcut
      scale = converter.plainScale
      point = converter.point
      isEmptyMissing = converter.isEmptyMissing
    }

    /// The converter's work, without counting references.
    @inline(__always)
    func withConverter(_ body: (ValueConverter) -> ValueProblem) -> ValueProblem {
      converter._withUnsafeGuaranteedRef(body)
    }

    /// The declaration, for messages.
    var declaration: FieldDeclaration { converter._withUnsafeGuaranteedRef { $0.declaration } }

    /// The value of a usual text; false where the converter must look at it. Eight bytes are read from `start` on.
    @inline(__always)
    func convert(
      _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, into field: UnsafeMutablePointer<Field>
    ) -> Bool {
      let count = stop - start
      guard count > 0 else {
        if isEmptyMissing { field.pointee = .missing }
        return isEmptyMissing
      }
      switch shortcut {
      case .none: return false
      case .text:
        field.pointee = .text(start, count)
        return true
      case .int:
        guard let value = ShortNumber.int(start, count) else { return false }
        field.pointee = .int(value)
        return true
      case .decimal:
        guard let value = ShortNumber.decimal(start, count, point: point), scale < 0 || value.scale == scale else {
          return false
        }
        field.pointee = .decimal(value.mantissa, scale: UInt8(truncatingIfNeeded: value.scale))
        return true
      }
    }
  }

  private let storage: UnsafeMutableBufferPointer<Column>
  private let declarations: [Int]
  private let converters: [ValueConverter]

  /// - Parameters:
  ///   - wanted: a declaration and the slot of its values, each.
  ///   - absent: slots that never have a value.
  init(_ wanted: [(declaration: Int, slot: Int)], absent: [Int], _ settings: CSVSettings) {
    var converters: [ValueConverter] = []
    for (declaration, _) in wanted {
      converters.append(ValueConverter(settings.declarations[declaration], missing: settings.missing))
    }
    let nothing = FieldDeclaration(
      name: "", type: .string, isOptional: true, fallback: nil, missing: [], own: [:],
      span: SourceSpan(line: 0, column: 0))
    for _ in absent { converters.append(ValueConverter(nothing, missing: settings.missing)) }
    self.converters = converters
    declarations = wanted.map(\.declaration)
    let slots = wanted.map(\.slot) + absent
    storage = .allocate(capacity: slots.count)
    for (index, slot) in slots.enumerated() {
      let converter = converters[index]
      (storage.baseAddress.map { $0 + index })?.initialize(to: Column(converter, slot: slot))
    }
  }

  deinit { storage.deallocate() }

  func resolve(_ layout: CSVLayout) {
    for (index, declaration) in declarations.enumerated() {
      storage[index].position = Int32(truncatingIfNeeded: layout.positions[declaration])
    }
  }

  /// Valid as long as the plan.
  var list: UnsafeBufferPointer<Column> { UnsafeBufferPointer(storage) }
}
