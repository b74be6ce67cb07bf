import Mapping
import Pipeline
import Readers
import Sessions

/// A mapping file as `check` and `test` see it: loaded as every command loads it, but nothing leaves the machine, so that
/// a variable which is not set is a warning.
struct CheckedMapping {
  let path: String
  let bytes: [UInt8]
  /// Nil if something is wrong with it.
  let plan: MappingPlan?
  let findings: [Diagnostic]

  var hasErrors: Bool { findings.contains { $0.severity == .error } }
  /// For showing findings.
  var sources: [String: [UInt8]] { [path: bytes] }

  /// Throws I101 or I102.
  init(_ path: String) throws(Diagnostics) {
    self.init(path, try ConfigFile.read(path))
  }

  init(_ path: String, _ bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
    do throws(Diagnostics) {
      let plan = try MappingPlan.load(
        bytes, file: path,
        readers: { settings, file throws(Diagnostics) in try ReaderCatalogue.make(settings: settings, file: file) },
        environment: ProcessEnvironment.all, purpose: .check)
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
