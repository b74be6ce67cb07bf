import Glibc
import Mapping
import Pipeline
import Preview
import Readers
import Sessions
import Writers

/// One preview from the mapping file to the exit status.
final class PreviewRun {
  /// Records that are read of each input, and shown, unless the user says otherwise.
  private static let limit = 10_000
  private static let shown = 10
  private static let shownOnPage: [(RecordChoice.Filter, Int)] = [
    (.mapped, 20), (.unmatched, 6), (.dropped, 8), (.rejected, 8),
  ]

  private let typed: trackfill.Preview
  private let console: Console
  private let signals: SignalWatch
  private let style: TextStyle
  private let progress: ProgressLine?
  /// Records of each input; nil for all.
  private let limit: Int?

  init(_ typed: trackfill.Preview, console: Console, signals: SignalWatch) {
    self.typed = typed
    self.console = console
    self.signals = signals
    let output = Console(color: typed.color, descriptor: STDOUT_FILENO)
    style = TextStyle(width: output.columns, isColoured: output.isColoured)
    let isSearch = typed.only != nil || typed.sample != nil
    limit = typed.limit.map(\.records) ?? (isSearch ? nil : PreviewRun.limit)
    progress = ProgressLine(console, isQuiet: limit != nil)
  }

  func run() -> ExitStatus {
    // Nothing is written before the end, so it can be left at any moment: half a report would pass for a whole one.
    signals.attach(
      SignalWatch.Run(
        cancel: {}, isAtRest: { true }, patience: 0,
        abandon: { [console, progress] _, _ in
          progress?.clear()
          console.say("interrupted before the preview was complete; nothing was written")
        }))
    defer { signals.detach() }
    do {
      let text = typed.format == nil ? nil : OutputFiles.standardOutput
      let findings = OutputFiles.findings(
        [("--format", text), ("--html", typed.html)],
        mappings: [typed.mapping] + (typed.against.map { [$0] } ?? []), inputs: typed.inputs)
      if !findings.isEmpty { throw Diagnostics(findings) }
      return try preview()
    } catch let diagnostic as Diagnostic where diagnostic.code == "O203" {
      return .done
    } catch {
      return Failure(error).report(on: console)
    }
  }

  private func preview() throws -> ExitStatus {
    let file = try MappingSource(typed.mapping)
    let inputs = try InputList.expand(typed.inputs)
    let head = InputPreview { () throws(Diagnostics) in inputs }
    try OutputFiles.check([typed.html], expanded: inputs.compactMap(\.path))
    if let old = typed.against {
      return try PreviewComparison(
        typed, console: console, signals: signals, progress: progress, style: style, limit: limit
      ).run(old: MappingSource(old), new: file, inputs: inputs, head: head)
    }
    let mapping: MappingPlan
    do {
      mapping = try file.load(head, for: .preview, fields: PreviewSubject.subjectFields)
    } catch {
      let status = Failure(error).report(on: console, sources: file.sources)
      try showRecords(file.reader(head), inputs, head)
      return status
    }
    for note in head.notes { console.say(note) }
    let subject = PreviewSubject(mapping, file: typed.mapping)
    let choices = try choices(subject, codes: mapping.checkCodes)
    let report: PreviewReport
    do {
      report = try read(mapping, subject, choices, inputs, head)
    } catch let finding as Diagnostics where finding.all.contains(where: { $0.code == "I203" }) {
      let status = Failure(finding).report(on: console)
      sniff(inputs, instead: mapping.reader.schema.title)
      return status
    }
    try write(report)
    return judge(report, inputs, mapping)
  }

  private var count: Int { typed.sample ?? typed.show ?? PreviewRun.shown }

  /// A page shows some of every fate, spread over what is read, unless somebody says otherwise.
  private func choices(_ subject: PreviewSubject, codes: [String]) throws(Diagnostics) -> [RecordChoice] {
    if typed.html != nil, typed.only == nil, typed.show == nil, typed.sample == nil {
      return PreviewRun.shownOnPage.map { RecordChoice(filter: $0.0, count: $0.1, isSpread: true) }
    }
    let filter = try RecordChoice.Filter(typed.only, subject, codes: codes)
    return [RecordChoice(filter: filter, count: count, isSpread: typed.sample != nil)]
  }

  /// Whether the inputs were what the mapping reads.
  private func judge(_ report: PreviewReport, _ inputs: [InputPath], _ mapping: MappingPlan) -> ExitStatus {
    let counts = report.runCounts
    if counts.sum.records == 0 {
      let finding = NoRecords(in: inputs, mapping.reader)
      console.say(finding.message)
      if finding.reason != nil { sniff(inputs, instead: nil) }
      return .badInput
    }
    let refused = counts.rejects.reduce(0) { $0 + ($1.stage == .record ? $1.count : 0) }
    if refused * 2 > counts.sum.records {
      console.say(
        "\(DisplayNumber.grouped(refused)) of \(DisplayNumber.grouped(counts.sum.records)) records are not what the mapping reads"
      )
      sniff(inputs, instead: mapping.reader.schema.title)
      return refused == counts.sum.records ? .badInput : .done
    }
    return .done
  }

  // MARK: Reading

  private func read(
    _ mapping: MappingPlan, _ subject: PreviewSubject, _ choices: [RecordChoice], _ inputs: [InputPath],
    _ head: InputPreview
  ) throws -> PreviewReport {
    let feed = try InputFeed(
      inputs, reader: mapping.reader,
      options: InputFeed.Options(
        limits: ReadLimits(record: typed.reading.maxRecord.bytes), limit: limit,
        disorder: mapping.sessions.inputDisorder),
      preview: head)
    var settings = mapping.sessions
    settings.memory = typed.reading.memory?.bytes
    let pool = MappedBlockPool()
    let payloads = PayloadTally(isProgram: MappingPlan.isProgram)
    let sessions = SessionStage(settings: settings, inputs: feed.inputs, writer: payloads) { pool.recycle($0) }
    let board = TallyBoard(subject)
    let notesDropped = choices.contains { $0.filter.needsDropped }
    let stage = PreviewStage(
      sessions, inputs: feed.inputs.map(\.name), subject: subject, choices: choices, payloads: payloads)
    sessions.onLate { stage.noteLate($0, $1) }
    sessions.onRefused { _, _, event in stage.noteRefused(event) }
    defer { progress?.clear() }
    let loop = RunLoop(
      feed: feed, columns: mapping.columns.count, consumer: stage, pool: pool, rejects: stage,
      settings: typed.loopSettings, makeParser: { mapping.reader.makeParser(fields: mapping.columns) },
      makeMapper: { board.watch(mapping.makeFateMapper(notesDropped: notesDropped)) },
      onProgress: progress.map { line in { line.update($0) } })
    _ = try loop.run()
    try payloads.finish()
    return PreviewReport(
      subject, counts: loop.counts, sessions: PreviewSessions(sessions.counts, settings), stage: stage, board: board,
      payloads: payloads, warnings: mapping.warnings, limit: limit, overrun: loop.overrun)
  }

  // MARK: Writing

  private func write(_ report: PreviewReport) throws {
    signals.attach(.brief)
    if let path = typed.html {
      try OutputFiles.write(PreviewPage.render(report), to: path)
      if typed.format == nil, path != OutputFiles.standardOutput { console.say("wrote \(path); open it in a browser") }
    }
    switch typed.format ?? (typed.html == nil ? .text : nil) {
    case .text:
      try StandardOutput.write(
        PreviewText.records(
          report.shownRecords, file: typed.mapping, style: style, isExplained: typed.explain)
          + PreviewText.report(report, style: style))
    case .json: try StandardOutput.write(PreviewJSON.render(report, version: Trackfill.version))
    case nil: break
    }
  }

  // MARK: What can be shown without a mapping

  /// The records as the reader sees them, where a mapping cannot run.
  private func showRecords(_ reader: (any Reader)?, _ inputs: [InputPath], _ head: InputPreview) throws {
    guard let reader else { return sniff(inputs, instead: nil) }
    guard typed.format != .json, typed.html == nil else { return }
    let shown = try RecordListing(typed, progress: progress).records(of: inputs, reader, head, count: count)
    signals.attach(.brief)
    try StandardOutput.write(
      PreviewText.records(shown, file: typed.mapping, style: style, isExplained: false))
    console.say("the mapping is wrong, so these are the records as reader \(reader.schema.title) sees them")
    if !shown.isEmpty, shown.allSatisfy({ $0.reject != nil }) { sniff(inputs, instead: reader.schema.title) }
  }

  /// What an input seems to be, and what to write.
  private func sniff(_ inputs: [InputPath], instead title: String?) {
    guard let input = inputs.first(where: { $0.path != nil }), let result = try? InputSniffer.sniff(input, zone: nil)
    else { return }
    guard let finding = result.finding, finding.understood * 2 > finding.records else {
      console.say("no reader knows the format of \(input.name); trackfill formats lists the known ones")
      return
    }
    let expected = title.map { ", not \($0)" } ?? ""
    console.say(
      "\(input.name) seems to be \(finding.reader) (\(finding.format))\(expected); the mapping would begin with")
    console.write(finding.input.split(separator: "\n").map { "  \($0)\n" }.joined())
  }
}

extension PreviewSubject {
  init(_ mapping: MappingPlan, file: String) {
    self.init(
      name: mapping.name, file: file, reader: mapping.reader, columns: mapping.columns,
      usedFields: mapping.usedFields,
      rules: zip(mapping.rules, mapping.ruleSpans).map { Rule(name: $0.name, type: $0.type, span: $1) },
      drops: mapping.drops, dropEntries: mapping.dropEntries, makeTracer: { mapping.makeTracer() })
  }
}

extension PreviewSessions {
  init(_ counts: SessionCounts, _ settings: SessionSettings) {
    self.init(settings)
    sessions = counts.sessionsEmitted
    longest = counts.longestSession
    payloads = counts.payloads
    furtherParts = counts.furtherParts
    payloadBytes = counts.payloadBytes
    duplicates = counts.duplicates
    lateAttached = counts.lateAttached
    lateNew = counts.lateNew
    lateRejected = counts.lateRejected
    largestLateness = counts.largestLateness
    outliers = counts.outliers
    firstEvent = counts.firstEvent
    lastEvent = counts.lastEvent
  }
}
