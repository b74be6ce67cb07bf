internal import Pipeline

/// Columns with the fields that come of them: who gets which name.
struct ColumnPlan: Sendable {
  struct Step: Sendable {
    var column: LogColumn
    // Names of fields, empty where there is none or another column has it.
    var name = ""
    /// Port, or what stands behind a slash.
    var second = ""
    /// Of the request's URL.
    var host = ""
    /// What of a request comes of it, without what another column has.
    var parts: [RequestPart] = []

    /// The names of all that comes of it.
    var outputs: [String] { [name, second, host].filter { !$0.isEmpty } + parts.map(\.name) }
  }

  private(set) var steps: [Step]
  private(set) var hasTime: Bool
  /// Whether `target` is put together from a path and a query.
  private(set) var joinsTarget = false
  /// Whether `duration` is a sum.
  private(set) var sumsDuration = false

  init(_ columns: [LogColumn]) {
    steps = columns.map { Step(column: $0) }
    hasTime = columns.contains { $0.kind.isTime && $0.kind != .date }
    var taken: Set<String> = ["time"]
    // A column of its own comes before a part of another.
    for (index, column) in columns.enumerated() {
      if !column.kind.isTime, !column.name.isEmpty, taken.insert(column.name).inserted {
        steps[index].name = column.name
      }
      if !column.second.isEmpty, taken.insert(column.second).inserted {
        steps[index].second = column.second
      }
    }
    for (index, column) in columns.enumerated() {
      let parts =
        switch column.kind {
        case .request: RequestPart.allCases
        case .target, .hostPath: RequestPart.ofTarget
        default: [RequestPart]()
        }
      steps[index].parts = parts.filter { taken.insert($0.name).inserted }
      if !parts.isEmpty, taken.insert("host").inserted { steps[index].host = "host" }
    }
    if columns.contains(where: { $0.kind == .stem }) { joinsTarget = taken.insert("target").inserted }
    if columns.contains(where: \.isPartOfDuration) { sumsDuration = taken.insert("duration").inserted }
  }

  /// The fields that a mapping can name.
  var fields: [Schema.Field] {
    var fields: [Schema.Field] = []
    if hasTime { fields.append(Schema.Field("time", .timestamp, optional: false, "time of the request")) }
    for step in steps {
      let column = step.column
      if !step.name.isEmpty {
        fields.append(
          Schema.Field(step.name, ColumnPlan.type(column.kind), optional: !column.isRequired, column.summary))
      }
      if !step.second.isEmpty {
        let isNumber = column.kind == .addressPort || column.kind == .timers || column.secondIsNumber
        fields.append(
          Schema.Field(step.second, isNumber ? .int : .string, optional: true, "second part of: \(column.summary)"))
      }
      fields += step.parts.map { Schema.Field($0.name, .string, optional: true, $0.summary) }
      if !step.host.isEmpty {
        fields.append(Schema.Field(step.host, .string, optional: true, "host of the request's URL"))
      }
    }
    if joinsTarget {
      fields.append(Schema.Field(RequestPart.target.name, .string, optional: true, RequestPart.target.summary))
    }
    if sumsDuration { fields.append(Schema.Field("duration", .int, optional: true, "time taken, in microseconds")) }
    return fields
  }

  private static func type(_ kind: LogColumn.Kind) -> FieldType {
    switch kind {
    case .int, .micros, .seconds: .int
    default: .string
    }
  }
}
