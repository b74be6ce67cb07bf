/// The programs of a layout: one, or where lines of the log name the columns, one for each text behind `#Fields:`.
struct ColumnPrograms {
  private let layout: ColumnLayout
  /// What identifiers mean.
  private let names: [String: LogColumn]
  private let slots: [String: Int]
  private let required: [String]
  private let hasZone: Bool
  private var known: [[UInt8]: ColumnProgram] = [:]

  /// A log that names other columns for each line must not fill the memory.
  private static let most = 64

  /// - Parameters:
  ///   - slots: of the fields that are wanted, by name.
  ///   - required: fields without which a line is no record.
  ///   - hasZone: whether something says which zone the server's own times are of.
  init(_ layout: ColumnLayout, slots: [String: Int], required: [String], hasZone: Bool) {
    self.layout = layout
    self.slots = slots
    self.required = required
    self.hasZone = hasZone
    names = layout.hasDirectives ? layout.known : [:]
  }

  /// - Parameter fields: the text behind the last `#Fields:`; nil before the first. No matter without directives.
  mutating func program(_ fields: [UInt8]?) -> ColumnProgram {
    guard layout.hasDirectives else {
      return ColumnProgram(layout.columns, minimum: layout.minimum, slots: slots, required: required)
    }
    guard let fields else { return ColumnProgram([], minimum: 0, slots: slots, required: required) }
    if let before = known[fields] { return before }
    if known.count >= ColumnPrograms.most { known.removeAll() }
    let program = compile(fields)
    known[fields] = program
    return program
  }

  /// Where it is not known how many columns there are at least, a line must have them all.
  private func compile(_ fields: [UInt8]) -> ColumnProgram {
    let columns = names.columns(named: fields)
    let minimum = layout.minimum > 0 ? layout.minimum : columns.count
    return ColumnProgram(
      columns, minimum: minimum, slots: slots, required: required, hasZone: hasZone, tabs: Directives.tabs(of: fields))
  }
}
