import Glibc
import Mapping
import Pipeline
import Readers
import Sessions
import Writers

/// One `convert` from the mapping file to the exit status. Whatever happens, the outputs are whole or not there, and the
/// summary says what happened.
final class Conversion {
  private let plan: ConvertPlan
  private let console: Console
  private let signals: SignalWatch
  private let began = monotonicNanoseconds()
  private var report: RunReport

  /// Why a run stopped before its end.
  private struct Stop: Error {
    var status: ExitStatus
    var message: String
  }

  init(plan: ConvertPlan, console: Console, signals: SignalWatch) {
    self.plan = plan
    self.console = console
    self.signals = signals
    report = RunReport(startedAt: currentMilliseconds(), mappingFile: plan.mapping)
  }

  func run() -> ExitStatus {
    var isSilent = plan.isQuiet
    do {
      report.status = try convert()
    } catch let stop as Stop {
      report.status = stop.status
      report.message = stop.message
      console.say(stop.message)
    } catch let diagnostic as Diagnostic where diagnostic.code == "O203" {
      // Whoever read our output has seen enough.
      report.status = .done
      report.message = diagnostic.message
      isSilent = true
    } catch let diagnostic as Diagnostic {
      fail([diagnostic])
    } catch let diagnostics as Diagnostics {
      fail(diagnostics.all)
    } catch {
      report.status = .internalError
      report.message = "\(error)"
      console.say("internal error: \(error)")
    }
    report.elapsedNanoseconds = monotonicNanoseconds() - began
    if !isSilent, report.counts.sum.lines > 0, report.status != .interrupted, report.status != .terminated {
      console.write(SummaryText.render(report))
    }
    writeSummary()
    signals.detach()
    return report.status
  }

  private func fail(_ diagnostics: [Diagnostic], sources: [String: [UInt8]] = [:]) {
    console.report(diagnostics, sources: sources)
    let first = diagnostics.first { $0.severity == .error } ?? diagnostics.first
    report.status = first.map { ExitStatus($0) } ?? .internalError
    report.message = first?.message
  }

  private func writeSummary() {
    guard let target = plan.summary else { return }
    do {
      try AtomicTextFile.write(target, SummaryJSON.render(report))
    } catch {
      guard let diagnostic = error as? Diagnostic, diagnostic.code != "O203" else { return }
      console.report([diagnostic])
      if report.status == .done || report.status == .someRejected { report.status = ExitStatus(diagnostic) }
    }
  }

  /// The last words of a run that a signal ends while it hangs.
  private func end(with status: ExitStatus, isAtRest: Bool) {
    report.status = status
    report.message = "interrupted" + (isAtRest ? " while waiting for input" : "") + "; \(outputFate)"
    report.elapsedNanoseconds = monotonicNanoseconds() - began
    console.say(report.message ?? "")
    writeSummary()
  }

  private func convert() throws -> ExitStatus {
    signals.attach(
      SignalWatch.Run(
        cancel: {}, isAtRest: { true }, patience: 0, abandon: { [self] in end(with: $0, isAtRest: $1) }))
    let arguments = plan.inputs
    let preview = InputPreview { () throws(Diagnostics) in try InputList.expand(arguments) }
    let mapping = try loadMapping(preview)
    let inputs = try InputList.expand(plan.inputs)
    try plan.check(expanded: inputs.compactMap(\.path))
    let feed = try InputFeed(
      inputs, reader: mapping.reader,
      options: InputFeed.Options(
        limits: ReadLimits(record: plan.maxRecord), limit: plan.limit, disorder: mapping.sessions.disorder),
      preview: preview)

    signals.attach(.brief)
    let writer: any PayloadWriter
    switch plan.output {
    case .standardOutput: writer = NDJSONStreamWriter(descriptor: STDOUT_FILENO)
    case .file(let path): writer = try NDJSONFileWriter(path: path)
    }
    let rejects: RejectFileWriter?
    do {
      rejects = try plan.rejects.map {
        try RejectFileWriter(
          path: $0, startedAt: report.startedAt, mapping: report.mappingName, sha256: report.mappingHash)
      }
    } catch {
      writer.abandon()
      throw error
    }
    do {
      try drive(mapping, feed, writer, rejects)
      if report.counts.sum.records == 0 {
        throw Stop(status: .badInput, message: "no records in \(names(of: inputs))")
      }
      if report.counts.rejected == report.counts.sum.records {
        throw Stop(status: .badInput, message: "no valid record: \(firstReject())")
      }
      try rejects?.finish()
      try writer.finish()
      report.isOutputComplete = true
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
    let damaged = report.counts.inputs.filter(\.isDamaged).map(\.name)
    if let first = damaged.first {
      let others = damaged.count > 1 ? " and \(damaged.count - 1) more" : ""
      throw Stop(
        status: .badInput,
        message: "\(first)\(others) is damaged; what came before the damage was converted: \(damageReason())")
    }
    return report.counts.rejects.isEmpty ? .done : .someRejected
  }

  private func loadMapping(_ preview: InputPreview) throws -> MappingPlan {
    let bytes = try ConfigFile.read(plan.mapping)
    report.mappingHash = Fingerprint.sha256(bytes)
    let sources = [plan.mapping: bytes]
    let mapping: MappingPlan
    do {
      mapping = try MappingPlan.load(
        bytes, file: plan.mapping,
        readers: { settings, file throws(Diagnostics) in
          try ReaderCatalogue.make(settings: settings, file: file, preview: preview)
        },
        environment: environmentVariables())
    } catch {
      console.report(error.all, sources: sources)
      let errors = error.all.count { $0.severity == .error }
      throw Stop(
        status: .badMapping, message: "\(errors) error\(errors == 1 ? "" : "s") in the mapping; nothing was read")
    }
    if !plan.isQuiet {
      console.report(mapping.warnings, sources: sources)
      for note in preview.notes { console.say(note) }
    }
    report.mappingName = mapping.name
    report.drops = mapping.drops
    report.rules = mapping.rules
    return mapping
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
    let pool = MappedBlockPool()
    let stage = SessionStage(settings: settings, inputs: feed.inputs, writer: writer) { pool.recycle($0) }
    var loopSettings = RunLoop.Settings()
    loopSettings.threads = plan.threads
    loopSettings.blockSize = plan.blockSize
    loopSettings.headroom = plan.maxRecord
    loopSettings.tolerance = plan.tolerance
    let progress = ProgressLine(console, isQuiet: plan.isQuiet)
    let loop = RunLoop(
      feed: feed, columns: mapping.columns.count, consumer: stage, pool: pool, rejects: rejects,
      settings: loopSettings, makeParser: { mapping.reader.makeParser(fields: mapping.columns) },
      makeMapper: { mapping.makeMapper() }, onProgress: progress.map { line in { line.update($0) } })
    signals.attach(
      SignalWatch.Run(
        cancel: { loop.cancel() }, isAtRest: { loop.isAtRest },
        abandon: { [self] status, isAtRest in
          writer.abandon()
          rejects?.abandon()
          progress?.clear()
          if isAtRest {
            report.counts = loop.counts
            report.sessions = stage.counts
          }
          end(with: status, isAtRest: isAtRest)
        }))
    defer {
      signals.attach(.brief)
      progress?.clear()
      report.counts = loop.counts
      report.sessions = stage.counts
    }
    // A signal may have come before there was anything that it could stop.
    if signals.status != nil { loop.cancel() }
    let outcome: RunLoop.Outcome
    do {
      outcome = try loop.run()
    } catch let many as TooManyRejects {
      report.counts = loop.counts
      throw Stop(
        status: .tooManyRejects,
        message: "too many rejects: \(OptionText.grouped(many.rejected)) of the first "
          + "\(OptionText.grouped(many.records)) records, more than --max-rejects \(RejectLimit.text(many.tolerance)); "
          + "\(outputFate); \(firstReject(loop.counts))")
    }
    if outcome == .interrupted {
      throw Stop(status: signals.status ?? .interrupted, message: "interrupted; \(outputFate)")
    }
    report.counts = loop.counts
    report.sessions = stage.counts
    guard report.isBalanced else {
      throw Stop(
        status: .internalError,
        message: "the counts do not add up: \(loop.counts.sum.records) records, \(loop.counts.rejected) rejected, "
          + "\(loop.counts.dropped) dropped, \(loop.counts.sum.unmatched) unmatched, \(loop.counts.sum.mapped) mapped; "
          + "\(loop.counts.events) events, \(stage.counts.events) in sessions; \(outputFate)")
    }
  }

  private var outputFate: String {
    switch plan.output {
    case .standardOutput: "the output ends early"
    case .file(let path): "\(path) was not written"
    }
  }

  private func names(of inputs: [InputPath]) -> String {
    guard let first = inputs.first else { return "no input" }
    let name = first.path ?? "standard input"
    return inputs.count > 1 ? "\(name) and \(inputs.count - 1) more" : name
  }

  private func firstReject(_ counts: RunCounts? = nil) -> String {
    guard let tally = (counts ?? report.counts).rejects.first else { return "" }
    return "first \(tally.input):\(tally.line): \(tally.code) \(tally.message)"
  }

  private func damageReason() -> String {
    guard let tally = report.counts.rejects.first(where: { $0.code.hasPrefix("I") }) else { return "unknown" }
    return "\(tally.message) (after line \(max(0, tally.line - 1)))"
  }
}

/// Reading a configuration file whole.
enum ConfigFile {
  /// No mapping comes near it; a device that never ends does.
  private static let limit = 16 << 20

  /// - Throws: I101 if it is not there, I102 if it cannot be read.
  static func read(_ path: String) throws(Diagnostics) -> [UInt8] {
    let descriptor = open(path == "-" ? "/dev/stdin" : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw problem(path, errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw problem(path, errno)
      }
      bytes += chunk[..<count]
      if bytes.count > limit { throw problem(path, EFBIG) }
    }
  }

  private static func problem(_ path: String, _ number: Int32) -> Diagnostics {
    if number == ENOENT {
      return Diagnostics([Diagnostic("I101", "no such mapping: \(path)", remedy: "check the path after -m")])
    }
    return Diagnostics([
      Diagnostic("I102", "cannot read the mapping \(path): \(String(cString: strerror(number)).lowercased())")
    ])
  }
}
