internal import Pipeline

/// Columns with the fields that come of them: who gets which name.
struct ColumnPlan: Sendable {
  struct Step: Sendable {
    var column: LogColumn
    /// Names by role; empty where there is none or another column has it.
    var outputs = [String](repeating: "", count: Role.count)
  }

  enum Role {
    static let main = 0
    /// Port, or what stands behind a slash.
    static let second = 1
    static let method = 2
    static let target = 3
    static let path = 4
    static let query = 5
    static let proto = 6
    static let host = 7
    static let count = 8
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
        steps[index].outputs[Role.main] = column.name
      }
      if !column.second.isEmpty, taken.insert(column.second).inserted {
        steps[index].outputs[Role.second] = column.second
      }
    }
    for (index, column) in columns.enumerated() {
      let parts: [(Int, String)] =
        switch column.kind {
        case .request:
          [
            (Role.method, "method"), (Role.target, "target"), (Role.path, "path"), (Role.query, "query"),
            (Role.proto, "protocol"), (Role.host, "host"),
          ]
        case .target, .hostPath: [(Role.path, "path"), (Role.query, "query"), (Role.host, "host")]
        default: []
        }
      for (role, name) in parts where taken.insert(name).inserted { steps[index].outputs[role] = name }
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
      for (role, name) in step.outputs.enumerated() where !name.isEmpty {
        switch role {
        case Role.main:
          fields.append(
            Schema.Field(name, ColumnPlan.type(column.kind), optional: !column.isRequired, column.summary))
        case Role.second:
          let isNumber = column.kind == .addressPort || column.kind == .timers || column.secondIsNumber
          fields.append(
            Schema.Field(name, isNumber ? .int : .string, optional: true, "second part of: \(column.summary)"))
        default: fields.append(Schema.Field(name, .string, optional: true, ColumnPlan.summaries[role]))
        }
      }
    }
    if joinsTarget { fields.append(Schema.Field("target", .string, optional: true, ColumnPlan.summaries[Role.target])) }
    if sumsDuration { fields.append(Schema.Field("duration", .int, optional: true, "time taken, in microseconds")) }
    return fields
  }

  private static let summaries = [
    "", "", "method of the request", "target of the request", "path without query", "query", "protocol of the request",
    "host of the request's URL",
  ]

  private static func type(_ kind: LogColumn.Kind) -> FieldType {
    switch kind {
    case .int, .micros, .seconds: .int
    default: .string
    }
  }
}
