internal import Pipeline

/// The wanted fields of a record or of a row in a group, as a plain table: what it takes to read one stands in 24 bytes,
/// and nothing is counted or called for the usual texts and numbers.
final class CSVColumnPlan {
  struct Column: BitwiseCopyable {
    /// Its converter is kept alive by the plan.
    let value: ValueShortcut
    /// Where it stands in the layout at hand, or -1.
    var position: Int32 = -1
    /// Where it goes.
    let slot: Int32
  }

  private let storage: UnsafeMutableBufferPointer<Column>
  /// Of the columns that are wanted, in the order of the list, which has those that never have a value behind them.
  let declarations: [Int]
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
      (storage.baseAddress.map { $0 + index })?.initialize(
        to: Column(value: ValueShortcut(converter), slot: Int32(truncatingIfNeeded: slot)))
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
