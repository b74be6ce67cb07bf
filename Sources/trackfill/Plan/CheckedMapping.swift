import Mapping
import Pipeline
import Sessions

/// A mapping file as `check` and `test` see it: loaded as every command loads it, but nothing leaves the machine, so that
/// a variable which is not set is a warning.
struct CheckedMapping {
  let file: MappingSource
  /// Nil if something is wrong with it.
  let plan: MappingPlan?
  let findings: [Diagnostic]

  var hasErrors: Bool { findings.contains { $0.severity == .error } }

  init(_ file: MappingSource) {
    self.file = file
    do throws(Diagnostics) {
      let plan = try file.load(for: .check)
      self.plan = plan
      findings = plan.warnings
    } catch {
      plan = nil
      findings = error.all
    }
  }

  /// The mapping's tests, through the sessions of every run.
  func tester(_ plan: MappingPlan) -> MappingTester {
    MappingTester(plan) { settings, inputs, writer, recycle in
      SessionStage(settings: settings, inputs: inputs, writer: writer, recycle: recycle)
    }
  }
}
