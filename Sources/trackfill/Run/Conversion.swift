import Glibc
import Mapping
import Pipeline
import Readers
import Sessions
import Writers

/// One `convert` from the mapping file to the exit status. Whatever happens, the outputs are whole or not there.
final class Conversion {
  private let plan: ConvertPlan
  private let frame: RunFrame

  private typealias Stop = RunFrame.Stop

  /// What is written, and what is taken back if the run fails.
  private struct Outputs {
    var payloads: any PayloadWriter
    var rejects: RejectFileWriter?

    func abandon() {
      payloads.abandon()
      rejects?.abandon()
    }
  }

  /// - Parameter extracts: what is read instead of the plan's inputs, if anything; `RunFrame` has more on that.
  init(plan: ConvertPlan, extracts: [InputPath]? = nil, console: Console, signals: SignalWatch) {
    self.plan = plan
    frame = RunFrame(plan: plan, extracts: extracts, console: console, signals: signals, command: "convert")
  }

  func run() -> ExitStatus { frame.run { try convert() } }

  private func convert() throws -> ExitStatus {
    frame.signals.attach(
      SignalWatch.Run(
        cancel: {}, isAtRest: { true }, patience: 0,
        abandon: { [self] in frame.end(with: $0, isAtRest: $1, fate: outputFate) }))
    let inputs = try frame.inputs()
    let preview = InputPreview { () throws(Diagnostics) in inputs }
    let mapping = try frame.loadMapping(preview)
    try checkExtracts(mapping)
    let feed = try InputFeed(
      inputs, reader: mapping.reader,
      options: InputFeed.Options(
        limits: ReadLimits(record: plan.maxRecord, temporaryFolder: plan.temporaryFolder), limit: plan.limit,
        disorder: mapping.sessions.inputDisorder),
      preview: preview)

    frame.signals.attach(.brief)
    let outputs = try openOutputs()
    frame.signals.attach(finishing(outputs))
    do {
      try drive(mapping, feed, outputs)
      try checkRecords(inputs, mapping.reader)
      try outputs.rejects?.finish()
      try outputs.payloads.finish()
      frame.report.isOutputComplete = true
      frame.signals.attach(.brief)
    } catch {
      outputs.payloads.abandon()
      // Rejects are what one needs to see why there were too many of them.
      if let stop = error as? Stop, stop.status == .tooManyRejects || stop.status == .badInput {
        try outputs.rejects?.finish()
      } else {
        outputs.rejects?.abandon()
      }
      throw error
    }
    try frame.checkDamage()
    return frame.report.counts.rejects.isEmpty ? .done : .someRejected
  }

  /// Records that are replayed must mean something alone.
  private func checkExtracts(_ mapping: MappingPlan) throws {
    guard frame.extracts != nil, !mapping.reader.recordsStandAlone else { return }
    throw Diagnostic(
      "D403", "records of \(mapping.reader.schema.title) cannot be mapped alone",
      remedy: "convert the input again with the mended mapping: ids stay, so events are replaced and none doubled",
      file: plan.mapping)
  }

  private func openOutputs() throws -> Outputs {
    let payloads: any PayloadWriter
    switch plan.output {
    case .standardOutput: payloads = NDJSONStreamWriter(descriptor: STDOUT_FILENO)
    case .file(let path): payloads = try NDJSONFileWriter(path: path)
    }
    do {
      return Outputs(payloads: payloads, rejects: try plan.rejects.map(openRejects))
    } catch {
      payloads.abandon()
      throw error
    }
  }

  private func openRejects(_ destination: ConvertPlan.Destination) throws -> RejectFileWriter {
    let report = frame.report
    switch destination {
    case .standardOutput:
      return RejectFileWriter(
        descriptor: STDOUT_FILENO, startedAt: report.startedAt, mapping: report.mappingName,
        sha256: report.mappingHash)
    case .file(let path):
      return try RejectFileWriter(
        path: path, startedAt: report.startedAt, mapping: report.mappingName, sha256: report.mappingHash)
    }
  }

  private func checkRecords(_ inputs: [InputPath], _ reader: any Reader) throws {
    let counts = frame.report.counts
    if counts.sum.records == 0 {
      throw Stop(status: .badInput, message: NoRecords(in: inputs, reader).message)
    }
    if counts.rejected == counts.sum.records { throw frame.noValidRecord() }
  }

  /// Runs everything from the first block to the last payload; the writers are not finished yet.
  private func drive(_ mapping: MappingPlan, _ feed: InputFeed, _ outputs: Outputs) throws {
    var settings = mapping.sessions
    settings.from = plan.from
    settings.to = plan.to
    settings.memory = plan.memory
    settings.temporaryFolder = plan.temporaryFolder
    frame.report.settings = settings
    let pool = MappedBlockPool()
    let stage = SessionStage(settings: settings, inputs: feed.inputs, writer: outputs.payloads) { pool.recycle($0) }
    let progress = ProgressLine(frame.console, isQuiet: plan.isQuiet)
    let loop = RunLoop(
      feed: feed, columns: mapping.columns.count, consumer: stage, pool: pool, rejects: outputs.rejects,
      settings: plan.loopSettings, makeParser: { mapping.reader.makeParser(fields: mapping.columns) },
      makeMapper: { mapping.makeMapper() }, onProgress: progress.map { line in { line.update($0) } })
    frame.signals.attach(
      SignalWatch.Run(
        cancel: { loop.cancel() }, isAtRest: { loop.isAtRest },
        abandon: { [self] status, isAtRest in
          outputs.abandon()
          progress?.clear()
          if isAtRest {
            frame.report.counts = loop.counts
            frame.report.sessions = stage.counts
          }
          frame.end(with: status, isAtRest: isAtRest, fate: outputFate)
        }))
    defer {
      frame.signals.attach(finishing(outputs))
      progress?.clear()
      frame.report.counts = loop.counts
      frame.report.sessions = stage.counts
    }
    // A signal may have come before there was anything that it could stop.
    if frame.signals.status != nil { loop.cancel() }
    let outcome: RunLoop.Outcome
    do {
      outcome = try loop.run()
    } catch let many as TooManyRejects {
      frame.report.counts = loop.counts
      throw frame.tooMany(many, fate: outputFate)
    }
    if outcome == .interrupted {
      throw Stop(status: frame.signals.status ?? .interrupted, message: "interrupted; \(outputFate)")
    }
    frame.report.counts = loop.counts
    frame.report.sessions = stage.counts
    guard frame.report.isBalanced else { throw frame.unbalanced(fate: outputFate) }
  }

  /// What must not be cut short before the outputs stand under their names, and leaves nothing else behind if it is.
  private func finishing(_ outputs: Outputs) -> SignalWatch.Run {
    var run = SignalWatch.Run.brief
    run.abandon = { [self] status, isAtRest in
      outputs.abandon()
      // It may have got its name just before.
      let fate = plan.output.path.map { "\($0) is complete or was not written" } ?? outputFate
      frame.end(with: status, isAtRest: isAtRest, fate: fate)
    }
    return run
  }

  private var outputFate: String {
    switch plan.output {
    case .standardOutput: "the output ends early"
    case .file(let path): "\(path) was not written"
    }
  }
}
