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

  init(plan: ConvertPlan, console: Console, signals: SignalWatch) {
    self.plan = plan
    frame = RunFrame(plan: plan, console: console, signals: signals, command: "convert")
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
    if plan.extracts != nil, !mapping.reader.recordsStandAlone {
      throw Diagnostic(
        "D403", "records of \(mapping.reader.schema.title) cannot be mapped alone",
        remedy: "convert the input again with the mended mapping: ids stay, so events are replaced and none doubled",
        file: plan.mapping)
    }
    let feed = try InputFeed(
      inputs, reader: mapping.reader,
      options: InputFeed.Options(
        limits: ReadLimits(record: plan.maxRecord, temporaryFolder: plan.temporaryFolder), limit: plan.limit,
        disorder: mapping.sessions.inputDisorder),
      preview: preview)

    frame.signals.attach(.brief)
    let writer: any PayloadWriter
    switch plan.output {
    case .standardOutput: writer = NDJSONStreamWriter(descriptor: STDOUT_FILENO)
    case .file(let path): writer = try NDJSONFileWriter(path: path)
    }
    let rejects: RejectFileWriter?
    do {
      let report = frame.report
      rejects = try plan.rejects.map {
        switch $0 {
        case .standardOutput:
          RejectFileWriter(
            descriptor: STDOUT_FILENO, startedAt: report.startedAt, mapping: report.mappingName,
            sha256: report.mappingHash)
        case .file(let path):
          try RejectFileWriter(
            path: path, startedAt: report.startedAt, mapping: report.mappingName, sha256: report.mappingHash)
        }
      }
    } catch {
      writer.abandon()
      throw error
    }
    frame.signals.attach(finishing(writer, rejects))
    do {
      try drive(mapping, feed, writer, rejects)
      if frame.report.counts.sum.records == 0 {
        throw Stop(status: .badInput, message: frame.withoutRecords(inputs, mapping.reader))
      }
      if frame.report.counts.rejected == frame.report.counts.sum.records {
        throw frame.noValidRecord()
      }
      try rejects?.finish()
      try writer.finish()
      frame.report.isOutputComplete = true
      frame.signals.attach(.brief)
    } catch {
      writer.abandon()
      // Rejects are what one needs to see why there were too many of them.
      if let stop = error as? Stop, stop.status == .tooManyRejects || stop.status == .badInput {
        try rejects?.finish()
      } else {
        rejects?.abandon()
      }
      throw error
    }
    try frame.checkDamage()
    return frame.report.counts.rejects.isEmpty ? .done : .someRejected
  }

  /// Runs everything from the first block to the last payload; the writers are not finished yet.
  private func drive(
    _ mapping: MappingPlan, _ feed: InputFeed, _ writer: any PayloadWriter,
    _ rejects: RejectFileWriter?
  ) throws {
    var settings = mapping.sessions
    settings.from = plan.from
    settings.to = plan.to
    settings.memory = plan.memory
    settings.temporaryFolder = plan.temporaryFolder
    frame.report.settings = settings
    let pool = MappedBlockPool()
    let stage = SessionStage(settings: settings, inputs: feed.inputs, writer: writer) { pool.recycle($0) }
    let progress = ProgressLine(frame.console, isQuiet: plan.isQuiet)
    let loop = RunLoop(
      feed: feed, columns: mapping.columns.count, consumer: stage, pool: pool, rejects: rejects,
      settings: plan.loopSettings, makeParser: { mapping.reader.makeParser(fields: mapping.columns) },
      makeMapper: { mapping.makeMapper() }, onProgress: progress.map { line in { line.update($0) } })
    frame.signals.attach(
      SignalWatch.Run(
        cancel: { loop.cancel() }, isAtRest: { loop.isAtRest },
        abandon: { [self] status, isAtRest in
          writer.abandon()
          rejects?.abandon()
          progress?.clear()
          if isAtRest {
            frame.report.counts = loop.counts
            frame.report.sessions = stage.counts
          }
          frame.end(with: status, isAtRest: isAtRest, fate: outputFate)
        }))
    defer {
      frame.signals.attach(finishing(writer, rejects))
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
  private func finishing(_ writer: any PayloadWriter, _ rejects: RejectFileWriter?) -> SignalWatch.Run {
    var run = SignalWatch.Run.brief
    run.abandon = { [self] status, isAtRest in
      writer.abandon()
      rejects?.abandon()
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
