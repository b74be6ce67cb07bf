/// A column with all that its kernel needs, slots negative where nobody asked.
struct ColumnStep {
  enum Kind: UInt8 {
    case skip, text, int, micros, seconds, request, target, hostPath, stem, query, addressPort, pair, timers
    case captures, date, timeOfDay, isoTime, commonTime, epoch
  }
  var kind: Kind
  let encoding: LogColumn.Encoding
  let isRequired: Bool
  let isNumber: Bool
  let isAddend: Bool
  /// What a quote in the value that the server did not escape may hide of it, whether anybody asked for it or not: where
  /// it ends must not depend on that.
  enum Repair: UInt8 { case none, request, lastInQuotes }
  let repair: Repair
  let scale: Int64
  let main: Int
  let second: Int
  let host: Int
  let parts: RequestSlots

  /// - Parameter sumsDuration: whether addends are wanted, should the column be one.
  init(_ planned: ColumnPlan.Step, _ slots: [String: Int], sumsDuration: Bool) {
    let column = planned.column
    kind = ColumnStep.kind(column.kind)
    encoding = column.encoding
    isRequired = column.isRequired
    isNumber = column.secondIsNumber
    isAddend = column.isPartOfDuration && sumsDuration
    repair = column.kind == .request ? .request : column.isLastInQuotes ? .lastInQuotes : .none
    scale = ColumnStep.scale(column.kind)
    main = slots[planned.name] ?? -1
    second = slots[planned.second] ?? -1
    host = slots[planned.host] ?? -1
    parts = RequestSlots(planned.parts, slots)
  }

  private static func kind(_ kind: LogColumn.Kind) -> Kind {
    switch kind {
    case .text: .text
    case .int: .int
    case .micros: .micros
    case .seconds: .seconds
    case .request: .request
    case .target: .target
    case .hostPath: .hostPath
    case .stem: .stem
    case .query: .query
    case .addressPort: .addressPort
    case .pair: .pair
    case .timers: .timers
    case .captures: .captures
    case .date: .date
    case .timeOfDay: .timeOfDay
    case .isoTime: .isoTime
    case .commonTime: .commonTime
    case .epoch: .epoch
    }
  }

  private static func scale(_ kind: LogColumn.Kind) -> Int64 {
    switch kind {
    case .micros(let unit): unit
    case .epoch(let digits): digits == 6 ? 1_000_000 : digits == 3 ? 1000 : 1
    default: 0
    }
  }
}
