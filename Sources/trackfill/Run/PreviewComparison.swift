import Glibc
import Mapping
import Pipeline
import Preview
import Readers
import Sessions

/// One `preview --against`: two mappings over the same records.
struct PreviewComparison {
  private let typed: trackfill.Preview
  private let console: Console
  private let signals: SignalWatch
  private let progress: ProgressLine?
  private let style: TextStyle
  private let limit: Int?

  init(
    _ typed: trackfill.Preview, console: Console, signals: SignalWatch, progress: ProgressLine?, style: TextStyle,
    limit: Int?
  ) {
    self.typed = typed
    self.console = console
    self.signals = signals
    self.progress = progress
    self.style = style
    self.limit = limit
  }

  func run(old: MappingSource, new: MappingSource, inputs: [InputPath], head: InputPreview) throws -> ExitStatus {
    let path = old.path
    guard let old = load(old, head), let new = load(new, head) else { return .badMapping }
    let isOneReading = new.readsLike(old)
    if !isOneReading, inputs.contains(where: { $0.path == nil }) {
      throw Diagnostic(
        "U122", "the two mappings read differently, and standard input can be read only once",
        remedy: "write it to a file, or give both the same `input`")
    }
    let options = InputFeed.Options(
      limits: ReadLimits(record: typed.reading.maxRecord.bytes), limit: limit,
      disorder: new.sessions.inputDisorder ?? old.sessions.inputDisorder)
    let feed = try InputFeed(inputs, reader: new.reader, options: options, preview: head)
    let second = isOneReading ? nil : try InputFeed(inputs, reader: old.reader, options: options)
    let report = try compare(old, path, new, feed, second)
    signals.attach(.brief)
    switch typed.format ?? .text {
    case .text: try StandardOutput.write(ComparisonText.render(report, style: style))
    case .json: try StandardOutput.write(ComparisonJSON.render(report, version: Trackfill.version))
    }
    return report.isChanged && typed.failOnChange ? .notAsExpected : .done
  }

  private func load(_ file: MappingSource, _ head: InputPreview) -> MappingPlan? {
    do {
      return try file.load(head, for: .preview)
    } catch {
      console.report(error.all, sources: file.sources)
      return nil
    }
  }

  private func compare(
    _ old: MappingPlan, _ path: String, _ new: MappingPlan, _ feed: InputFeed, _ second: InputFeed?
  ) throws -> ComparisonReport {
    let pairs = SessionPairs()
    let taps = (old: SessionTap(pairs, .old), new: SessionTap(pairs, .new))
    let pool = MappedBlockPool()
    let reserve = BlockReserve()
    let verdicts = (old: SessionVerdicts(), new: SessionVerdicts())
    let stage = ComparisonStage(
      old: ComparisonSide(PreviewSubject(old, file: path), verdicts: verdicts.old) { old.makeFateMapper() },
      new: ComparisonSide(PreviewSubject(new, file: typed.mapping), verdicts: verdicts.new) { new.makeFateMapper() },
      inputs: feed.inputs.map(\.name), feed: second,
      oldSessions: sessions(old, (second ?? feed).inputs, taps.old, verdicts.old) { reserve.give($0) },
      newSessions: sessions(new, feed.inputs, taps.new, verdicts.new) { pool.recycle($0) }, pairs: pairs,
      reserve: reserve)
    defer { progress?.clear() }
    let loop = RunLoop(
      feed: feed, columns: new.columns.count, consumer: stage, pool: pool, rejects: nil, settings: typed.loopSettings,
      makeParser: { new.reader.makeParser(fields: new.columns) }, makeMapper: { new.makeFateMapper() },
      onProgress: progress.map { line in { line.update($0) } })
    _ = try loop.run()
    return stage.report(old: taps.old, new: taps.new)
  }

  private func sessions(
    _ mapping: MappingPlan, _ inputs: [InputDescription], _ tap: SessionTap, _ verdicts: SessionVerdicts,
    _ recycle: @escaping (MappedBlock) -> Void
  ) -> SessionStage {
    var settings = mapping.sessions
    settings.memory = typed.reading.memory?.bytes
    let stage = SessionStage(settings: settings, inputs: inputs, writer: tap, recycle: recycle)
    stage.onRefused { verdicts.refuse(input: $0, record: $1, $2) }
    verdicts.held = { [weak stage] in stage?.held(of: $0) ?? [] }
    return stage
  }
}
