import Glibc
import Pipeline
import Readers

/// What `convert`, `import` or `replay -m` is going to do, checked: nothing in it can turn out to be contradictory halfway
/// through.
struct ConvertPlan: Sendable {
  /// Where payloads or rejects go.
  enum Destination: Sendable {
    case standardOutput
    case file(String)

    init(_ typed: String) { self = typed == OutputFiles.standardOutput ? .standardOutput : .file(typed) }

    var path: String? { if case .file(let path) = self { path } else { nil } }
    /// As the user named it.
    var typed: String { path ?? OutputFiles.standardOutput }
  }

  /// Where the output goes there is room for what is sorted on its way, in /tmp perhaps not. `TMPDIR` knows better.
  var temporaryFolder: String? {
    guard getenv("TMPDIR") == nil, let path = output.path, FileIdentity.isReplaceable(path) else { return nil }
    return FilePath.folder(of: path)
  }

  let inputs: [String]
  let mapping: String
  let output: Destination
  let rejects: Destination?
  let summary: String?
  /// Where counters go in Prometheus' text format.
  let metrics: String?
  /// How records are read and mapped.
  let loopSettings: RunLoop.Settings
  let memory: Int?
  let limit: Int?
  let from: Int64?
  let to: Int64?
  let isQuiet: Bool

  /// - Parameter output: as `-o` has it; nil for a run with a state, which writes where that says.
  init(
    _ typed: ConversionOptions, output path: String? = nil, rejects: String? = nil, metrics: String? = nil,
    limit: Int? = nil, from: TimeBound? = nil, to: TimeBound? = nil
  ) throws(Diagnostics) {
    inputs = typed.inputs
    mapping = typed.mapping
    output = path.map { Destination($0) } ?? .standardOutput
    self.rejects = rejects.map { Destination($0) }
    summary = typed.summary
    self.metrics = metrics
    loopSettings = typed.loopSettings
    memory = typed.reading.memory?.bytes
    self.limit = limit
    self.from = from?.milliseconds
    self.to = to?.milliseconds
    isQuiet = typed.quiet
    try check(output: path)
  }

  /// For records that were rejected and are mapped again, of which any number may be rejected once more.
  /// - Parameter letters: the files that hold them.
  init(
    replaying letters: [String], mapping: String, output path: String, rejects: String?, results: DeliveryResultOptions
  ) throws(Diagnostics) {
    inputs = letters
    self.mapping = mapping
    output = Destination(path)
    self.rejects = rejects.map { Destination($0) }
    summary = results.summary
    metrics = results.metrics
    var loop = RunLoop.Settings()
    loop.threads = ThreadCount.standard.count
    loop.tolerance = .share(hundredths: 10_000)
    loopSettings = loop
    memory = nil
    limit = nil
    from = nil
    to = nil
    isQuiet = results.quiet
    try check(output: path)
  }

  /// Refuses what contradicts itself, or what is read.
  private func check(output path: String?) throws(Diagnostics) {
    let findings = OutputFiles.findings(
      [
        ("--output", path), ("--rejects", rejects?.typed), ("--summary", summary), ("--metrics", metrics),
      ], mappings: [mapping], inputs: inputs)
    if !findings.isEmpty { throw Diagnostics(findings) }
  }

  /// The longest record.
  var maxRecord: Int { loopSettings.headroom }

  /// The inputs, patterns and folders expanded.
  func inputPaths() throws(Diagnostics) -> [InputPath] { try InputList.expand(inputs) }

  /// Refuses what only shows once patterns are expanded.
  func check(expanded names: [String]) throws(Diagnostics) {
    try OutputFiles.check([output.path, rejects?.path, summary, metrics], expanded: names)
  }
}
