/// Columns compiled for the fields that are wanted: a step for each, and what a line of them needs to be a record.
final class ColumnProgram {
  let columns: [LogColumn]
  let steps: UnsafeMutablePointer<ColumnStep>
  /// Columns that are looked at.
  let count: Int
  /// Columns that a line must have.
  let minimum: Int
  let target: Int
  let duration: Int
  /// A required field that no column has.
  let lacking: String?
  /// Whether the time is the server's own and no zone says which.
  let lacksZone: Bool
  /// Whether lines can be records at all.
  let isReadable: Bool
  /// How many tabs there are between the names of columns that tabs alone separate; 0 if others do.
  let tabs: Int

  init(
    _ columns: [LogColumn], minimum: Int, slots: [String: Int], required: [String], hasZone: Bool = true,
    tabs: Int = 0
  ) {
    self.columns = columns
    self.tabs = tabs
    let plan = ColumnPlan(columns)
    steps = .allocate(capacity: max(columns.count, 1))
    var last = 0
    for (index, planned) in plan.steps.enumerated() {
      let column = planned.column
      var step = ColumnStep(planned, slots, sumsDuration: plan.sumsDuration)
      let isAsked = planned.outputs.contains { slots[$0] != nil }
      let isJoined = plan.joinsTarget && slots["target"] != nil && (column.kind == .stem || column.kind == .query)
      let isAdded = step.isAddend && slots["duration"] != nil
      if isAsked || isJoined || isAdded || column.isRequired || column.kind.isTime || column.kind == .captures {
        last = index + 1
      } else {
        step.kind = .skip
      }
      (steps + index).initialize(to: step)
    }
    target = plan.joinsTarget ? slots["target"] ?? -1 : -1
    duration = plan.sumsDuration ? slots["duration"] ?? -1 : -1
    self.minimum = min(minimum, columns.count)
    count = max(last, self.minimum)
    let names = Set(plan.steps.flatMap(\.outputs))
    lacking = required.first { $0 == "time" ? !plan.hasTime : !names.contains($0) }
    lacksZone = !hasZone && columns.contains { $0.isLocal && $0.kind == .timeOfDay }
    isReadable = !columns.isEmpty && lacking == nil && !lacksZone
  }

  deinit { steps.deallocate() }
}
