import Pipeline
import Preview
import Readers

/// The records of inputs as their reader sees them, without a mapping.
struct RecordListing {
  private let typed: trackfill.Preview
  private let progress: ProgressLine?

  init(_ typed: trackfill.Preview, progress: ProgressLine?) {
    self.typed = typed
    self.progress = progress
  }

  /// - Parameter count: records that are shown at most, and read of each input.
  func records(
    of inputs: [InputPath], _ reader: any Reader, _ head: InputPreview, count: Int
  ) throws -> [ShownRecord] {
    let feed = try InputFeed(
      inputs, reader: reader,
      options: InputFeed.Options(limits: ReadLimits(record: typed.reading.maxRecord.bytes), limit: max(1, count)),
      preview: head
    )
    let subject = PreviewSubject(
      name: "", file: typed.mapping, reader: reader, columns: [], usedFields: reader.schema.fields.map(\.name),
      rules: [], drops: [], dropEntries: [], makeTracer: { NoTracer() })
    let pool = MappedBlockPool()
    let stage = PreviewStage(
      nil, inputs: feed.inputs.map(\.name), subject: subject, choices: [RecordChoice(count: count)], payloads: nil
    ) { pool.recycle($0) }
    defer { progress?.clear() }
    let loop = RunLoop(
      feed: feed, columns: 0, consumer: stage, pool: pool, rejects: stage, settings: typed.loopSettings,
      makeParser: { reader.makeParser(fields: []) }, makeMapper: { NoMapper() },
      onProgress: progress.map { line in { line.update($0) } })
    _ = try loop.run()
    return stage.shown()
  }
}

/// Maps nothing: records are only looked at.
private final class NoMapper: EventMapper {
  func map(_ batch: RecordBatch, into result: MappedBlock) {}
}

private final class NoTracer: RecordTracer {
  func trace(_ batch: RecordBatch, _ index: Int) -> RecordTrace { RecordTrace() }
}
