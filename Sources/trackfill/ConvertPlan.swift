import Glibc
import Pipeline
import Readers

/// What `convert` is going to do, checked: nothing in it can turn out to be contradictory halfway through.
struct ConvertPlan: Sendable {
  /// Where payloads or rejects go.
  enum Destination: Sendable {
    case standardOutput
    case file(String)

    init(_ typed: String) { self = typed == OutputFiles.standardOutput ? .standardOutput : .file(typed) }

    var path: String? { if case .file(let path) = self { path } else { nil } }
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
  let threads: Int
  let memory: Int?
  let limit: Int?
  let from: Int64?
  let to: Int64?
  let tolerance: RejectTolerance
  let maxRecord: Int
  let blockSize: Int
  let isQuiet: Bool
  /// For records that were taken out of their inputs into files of their own: what messages call these files.
  var extracts: [String: String]?

  /// - Parameter output: as `-o` has it; nil for a run with a state, which writes where that says.
  init(
    _ typed: ConversionOptions, output path: String? = nil, rejects: String? = nil, metrics: String? = nil,
    limit: Int? = nil, from: TimeBound? = nil, to: TimeBound? = nil
  ) throws(Diagnostics) {
    var findings: [Diagnostic] = []
    inputs = typed.inputs
    if inputs.filter({ $0 == "-" }).count > 1 || (inputs.contains("-") && typed.mapping == "-") {
      findings.append(Diagnostic("U104", "standard input is named twice", remedy: "name - once"))
    }
    mapping = typed.mapping
    output = path.map { Destination($0) } ?? .standardOutput
    self.rejects = rejects.map { Destination($0) }
    summary = typed.summary
    self.metrics = metrics
    threads = typed.threads ?? ThreadCount.standard
    memory = typed.memory?.bytes
    self.limit = limit
    self.from = from?.milliseconds
    self.to = to?.milliseconds
    tolerance = typed.maxRejects.tolerance
    maxRecord = typed.maxRecord.bytes
    blockSize = typed.blockSize.bytes
    isQuiet = typed.quiet

    findings += OutputFiles.findings(
      [("--output", path), ("--rejects", rejects), ("--summary", summary), ("--metrics", metrics)], mappings: [mapping],
      inputs: inputs)
    if !findings.isEmpty { throw Diagnostics(findings) }
  }

  /// How records are read and mapped.
  var loopSettings: RunLoop.Settings {
    var settings = RunLoop.Settings()
    settings.threads = threads
    settings.blockSize = blockSize
    settings.headroom = maxRecord
    settings.tolerance = tolerance
    return settings
  }

  /// The inputs, patterns and folders expanded.
  func inputPaths() throws(Diagnostics) -> [InputPath] {
    let paths = try InputList.expand(inputs)
    guard let extracts else { return paths }
    return paths.map { InputPath(name: extracts[$0.name] ?? $0.name, path: $0.path) }
  }

  /// Refuses what only shows once patterns are expanded.
  func check(expanded names: [String]) throws(Diagnostics) {
    try OutputFiles.check([output.path, rejects?.path, summary, metrics], expanded: names)
  }
}
