internal import Synchronization

/// Drives a run: blocks from the feed are parsed and mapped by several threads and given to the consumer in the feed's
/// order, so that the output's bytes depend on neither the number of threads nor the size of blocks.
///
/// There is no scheduler. Each thread takes whatever role is free: first the serial stage, if the next block in order
/// is mapped; else reading, if there is room, and then parsing and mapping what it read; else it waits. One thread
/// alone does all of it in turn, and none is started.
public final class RunLoop: @unchecked Sendable {
  /// How a run is driven; no output depends on it but by `tolerance`.
  public struct Settings: Sendable {
    /// At least 1.
    public var threads = 1
    /// Bytes read at a time.
    public var blockSize = 256 << 10
    /// Bytes that a block may carry over from the one before: the longest record.
    public var headroom = 4 << 20
    /// Rejects beyond which the run stops with `TooManyRejects`.
    public var tolerance = RejectTolerance.standard
    /// Rejects beyond which the run only notes that another one would stop: `overrun`.
    public var trial: RejectTolerance?
    /// Whether another run will continue this one: at the end the consumer pauses and does not finish.
    public var isContinued = false

    public init() {}
  }

  /// How a run ended that threw nothing.
  public enum Outcome: Sendable {
    case finished
    /// `cancel` was called: the consumer was not finished.
    case interrupted
  }

  /// Bytes of a record that a reject carries at most.
  public static let longestRaw = 64 << 10

  private final class Item {
    let block: Block
    let mapped: MappedBlock
    /// What reading it threw; raised when the item's turn comes, so that what was read before is kept.
    var failure: (any Error)?
    /// Whether the feed had ended.
    var isEnd = false

    init(block: Block, mapped: MappedBlock) {
      self.block = block
      self.mapped = mapped
    }
  }

  /// What parses and maps; one for each thread.
  private final class Worker {
    let parser: any RecordParser
    let mapper: any EventMapper
    let batch: RecordBatch

    init(parser: any RecordParser, mapper: any EventMapper, columns: Int) {
      self.parser = parser
      self.mapper = mapper
      batch = RecordBatch(stride: columns)
    }

    func work(on item: Item) {
      var cursor = item.block.begin
      var more = item.block.count > cursor
      while more {
        batch.reset()
        more = parser.parse(item.block, from: &cursor, into: batch, result: item.mapped)
        if batch.count > 0 { mapper.map(batch, into: item.mapped) }
      }
    }
  }

  private let feed: any BlockFeed
  private let consumer: any EventConsumer
  private let pool: MappedBlockPool
  private let rejects: (any RejectWriter)?
  private let settings: Settings
  private let columns: Int
  private let makeParser: () -> any RecordParser
  private let makeMapper: () -> any EventMapper
  private let onProgress: ((RunCounts) -> Void)?
  private let afterBlock: ((RunCounts, Block) throws -> Void)?
  private let isCancelled = Atomic<Bool>(false)

  // The monitor guards what follows, up to the next remark.
  private let monitor = Monitor()
  private let slots: Int
  /// Mapped items by sequence modulo `slots`.
  private var ready: [Item?]
  private var spareBlocks: [Block] = []
  private var spareMapped: [MappedBlock] = []
  private var nextRead = 0
  private var nextConsumed = 0
  private var isReading = false
  private var isConsuming = false
  /// No further block is asked for.
  private var hasEnded = false
  /// Every thread leaves.
  private var isStopped = false
  private var failure: (any Error)?

  // Touched by the serial stage only.
  private var accounts = RunCounts()
  private var verdict: TooManyRejects?
  /// What a run of the tolerance `Settings.trial` would have stopped at; nil if it would not.
  public private(set) var overrun: Overrun?

  /// - Parameters:
  ///   - pool: where the consumer puts the mapped blocks that it has let go of.
  ///   - columns: number of fields that the parsers were asked for.
  ///   - rejects: takes every reject, in order of position.
  ///   - onProgress: called after each block, by whichever thread is in the serial stage.
  ///   - afterBlock: called in the serial stage when a block is settled: what was read up to there is in the consumer
  ///     and in the writers. Where a run commits.
  public init(
    feed: any BlockFeed, columns: Int, consumer: any EventConsumer, pool: MappedBlockPool, rejects: (any RejectWriter)?,
    settings: Settings,
    makeParser: @escaping () -> any RecordParser, makeMapper: @escaping () -> any EventMapper,
    onProgress: ((RunCounts) -> Void)? = nil, afterBlock: ((RunCounts, Block) throws -> Void)? = nil
  ) {
    var settings = settings
    settings.threads = max(1, settings.threads)
    self.settings = settings
    self.feed = feed
    self.columns = columns
    self.consumer = consumer
    self.pool = pool
    self.rejects = rejects
    self.makeParser = makeParser
    self.makeMapper = makeMapper
    self.onProgress = onProgress
    self.afterBlock = afterBlock
    slots = settings.threads == 1 ? 1 : 2 * settings.threads + 2
    ready = Array(repeating: nil, count: slots)
    accounts.inputs = feed.inputs.map {
      RunCounts.Input(
        name: $0.name, size: $0.size, bytesBefore: $0.bytesBefore, linesBefore: $0.linesBefore,
        recordsBefore: $0.recordsBefore)
    }
  }

  /// The accounts, complete once `run` has returned or thrown.
  public var counts: RunCounts { accounts }

  /// Stops at the next block, or in the consumer's `finish` if it heeds that. From any thread.
  public func cancel() {
    isCancelled.store(true, ordering: .relaxed)
    consumer.cancel()
    monitor.lock()
    isStopped = true
    monitor.wakeAll()
    monitor.unlock()
  }

  /// Whether `cancel` was called and nobody is or will be in the serial stage: what the consumer writes to is at rest,
  /// even if a read does not return.
  public var isAtRest: Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return isStopped && !isConsuming
  }

  /// Runs to the end of the inputs and finishes the consumer. Throws what feed, consumer or reject writer threw, or
  /// `TooManyRejects`.
  public func run() throws -> Outcome {
    var threads: [WorkerThread] = []
    for _ in 1..<settings.threads {
      guard let thread = WorkerThread({ [self] in drive() }) else { break }
      threads.append(thread)
    }
    drive()
    for thread in threads { thread.join() }
    if let failure {
      if failure is CancellationError { return .interrupted }
      throw failure
    }
    monitor.lock()
    isConsuming = true
    monitor.unlock()
    defer {
      monitor.lock()
      isConsuming = false
      monitor.unlock()
    }
    if isCancelled.load(ordering: .relaxed) { return .interrupted }

    var last: [LocatedReject] = []
    do {
      if settings.isContinued { try consumer.pause(rejects: &last) } else { try consumer.finish(rejects: &last) }
    } catch is CancellationError {
      return .interrupted
    }
    for located in last { try note(located) }
    judge(accounts.rejected + accounts.sessionRejects, of: accounts.sum.records)
    if let verdict { throw verdict }
    return .finished
  }

  private func drive() {
    let worker = Worker(parser: makeParser(), mapper: makeMapper(), columns: columns)
    monitor.lock()
    while !isStopped {
      if !isConsuming, let item = ready[nextConsumed % slots] {
        consume(item)
      } else if !isReading, !hasEnded, nextRead - nextConsumed < slots {
        read(worker)
      } else if hasEnded, nextRead == nextConsumed {
        break
      } else {
        monitor.wait()
      }
    }
    monitor.wakeAll()
    monitor.unlock()
  }

  /// Reads, parses and maps the next block. Holds the lock when called and when it returns.
  private func read(_ worker: Worker) {
    isReading = true
    let sequence = nextRead
    nextRead += 1
    let block = spareBlocks.popLast()
    let mapped = spareMapped.popLast()
    monitor.unlock()

    let work = Item(
      block: block ?? Block(capacity: settings.blockSize, headroom: settings.headroom),
      mapped: mapped ?? MappedBlock())
    work.block.reset()
    work.mapped.reset()
    do {
      work.isEnd = try !feed.next(into: work.block)
    } catch {
      work.failure = error
      work.block.count = 0
    }
    let ends = work.isEnd || work.failure != nil

    monitor.lock()
    isReading = false
    if ends { hasEnded = true }
    monitor.wakeAll()
    monitor.unlock()

    if !ends { worker.work(on: work) }

    monitor.lock()
    ready[sequence % slots] = work
    monitor.wakeAll()
  }

  /// The serial stage for one block. Holds the lock when called and when it returns.
  private func consume(_ item: Item) {
    isConsuming = true
    ready[nextConsumed % slots] = nil
    monitor.unlock()

    var problem = item.failure
    var satisfied = false
    do {
      if problem == nil {
        try settle(item)
        satisfied = consumer.isSatisfied
        onProgress?(accounts)
        if !item.isEnd { try afterBlock?(accounts, item.block) }
      }
    } catch {
      problem = error
    }

    monitor.lock()
    isConsuming = false
    nextConsumed += 1
    // Only now: the consumer may have looked at a block after it let go of it.
    pool.drain(into: &spareMapped)
    spareBlocks.append(item.block)
    if let problem {
      failure = problem
      isStopped = true
    } else if satisfied {
      isStopped = true
    }
    monitor.wakeAll()
  }

  /// Counts a block, gives its events to the consumer and its rejects to their writer.
  private func settle(_ item: Item) throws {
    let block = item.block
    let mapped = item.mapped
    guard accounts.inputs.indices.contains(block.input), !item.isEnd || !block.rejects.isEmpty || block.isLast else {
      pool.recycle(mapped)
      return
    }
    let place = count(item)
    try report(block, mapped, place)
    if let verdict { throw verdict }
    if item.isEnd {
      pool.recycle(mapped)
      return
    }
    var late: [Reject] = []
    try consumer.consume(mapped, of: block, rejects: &late)
    for reject in late {
      try note(locate(reject, block, place), input: block.input)
      // Sessions find theirs later than readers and mappings, by more or less: each kind has its own account until the end.
      judge(accounts.sessionRejects, of: place.recordsOfRun + reject.number + 1)
    }
    if let verdict { throw verdict }
  }

  /// Where a block stands: what came before it. Positions count from the input's beginning, accounts from the run's.
  private struct BlockPlace {
    /// Lines and records of the input, before what the feed rejected ahead of the block.
    var firstLine: Int
    var firstRecord: Int
    /// The same before the block itself, and records of the run.
    var lines: Int
    var records: Int
    var recordsOfRun: Int
    /// Records that the feed rejected ahead of the block.
    var fed: Int
  }

  /// Adds a block to the accounts.
  private func count(_ item: Item) -> BlockPlace {
    let block = item.block
    let mapped = item.mapped
    let input = block.input
    let before = accounts.inputs[input]
    let recordsBefore = accounts.sum.records
    // Damage comes behind the block's records; what else the feed had to reject comes before them.
    let damage = block.rejects.count { $0.isDamage }
    let fed = block.rejects.count - damage

    accounts.sum += mapped.counts
    let parsedLines = mapped.counts.lines - block.repeatedLines
    accounts.sum.lines -= block.repeatedLines
    // What the feed rejects is a record and a line, too; `skippedLines` counts those before the block.
    accounts.sum.lines += block.skippedLines + damage
    accounts.sum.records += block.rejects.count
    if !item.isEnd {
      accounts.blocks += 1
      accounts.inputs[input].bytes = max(before.bytes, block.offset + block.count - before.bytesBefore)
      accounts.inputs[input].consumed = max(before.consumed, block.consumed)
    }
    accounts.inputs[input].lines += parsedLines + block.skippedLines + damage
    accounts.inputs[input].records += mapped.counts.records + block.rejects.count
    if damage > 0 { accounts.inputs[input].isDamaged = true }
    let (firstLine, firstRecord) = (before.linesBefore + before.lines, before.recordsBefore + before.records)
    return BlockPlace(
      firstLine: firstLine, firstRecord: firstRecord, lines: firstLine + block.skippedLines - block.repeatedLines,
      records: firstRecord + fed, recordsOfRun: recordsBefore + fed, fed: fed)
  }

  /// Gives the rejects of feed, reader and mapping to their writer, in the order of their records.
  private func report(_ block: Block, _ mapped: MappedBlock, _ place: BlockPlace) throws {
    let input = block.input
    for (index, reject) in block.rejects.enumerated() where !reject.isDamage {
      let record = place.firstRecord + index + 1
      try note(locate(reject, block, record: record, line: place.firstLine + reject.line + 1), input: input)
      judge(accounts.rejected, of: place.recordsOfRun - place.fed + index + 1)
    }
    for reject in inOrder(mapped.rejects) {
      try note(locate(reject, block, place), input: input)
      judge(accounts.rejected, of: place.recordsOfRun + reject.number + 1)
    }
    for reject in block.rejects where reject.isDamage {
      let record = place.records + mapped.counts.records + 1
      try note(locate(reject, block, record: record, line: place.lines + mapped.counts.lines + 1), input: input)
      judge(accounts.rejected, of: place.recordsOfRun + mapped.counts.records + 1)
    }
  }

  /// A reject of a record in the block.
  private func locate(_ reject: Reject, _ block: Block, _ place: BlockPlace) -> LocatedReject {
    locate(reject, block, record: place.records + reject.number + 1, line: place.lines + reject.line + 1)
  }

  private func inOrder(_ rejects: [Reject]) -> [Reject] {
    guard rejects.count > 1 else { return rejects }
    // Stable, and nearly sorted already: reader and mapping append by turns.
    return rejects.enumerated().sorted {
      let a = $0.element.offset ?? -1
      let b = $1.element.offset ?? -1
      return a != b ? a < b : $0.offset < $1.offset
    }.map(\.element)
  }

  private func locate(_ reject: Reject, _ block: Block, record: Int, line: Int) -> LocatedReject {
    var raw = reject.raw ?? []
    var at = reject.origin ?? block.offset
    if let offset = reject.offset {
      at = block.position(of: offset)
      if reject.raw == nil, offset >= 0, offset <= block.count {
        let length = min(max(reject.length, 0), RunLoop.longestRaw, block.count - offset)
        raw = Array(UnsafeBufferPointer(start: block.start + offset, count: length))
      }
    }
    if raw.count > RunLoop.longestRaw { raw.removeSubrange(RunLoop.longestRaw...) }
    return LocatedReject(
      reject: reject, input: accounts.inputs[block.input].name, record: record, line: line, offset: at, raw: raw)
  }

  private func note(_ located: LocatedReject, input: Int? = nil) throws {
    accounts.add(located)
    if let input, located.reject.stage != .session { accounts.inputs[input].rejected += 1 }
    if verdict == nil { try rejects?.write(located) }
  }

  /// Judges at each reject and not at each block, so that the verdict does not depend on the size of blocks. The rest of
  /// the block is counted nevertheless, as its records are.
  private func judge(_ rejected: Int, of records: Int) {
    if let trial = settings.trial, trial.isExceeded(rejected: rejected, records: records) {
      let first = overrun?.first ?? TooManyRejects(rejected: rejected, records: records, tolerance: trial)
      overrun = Overrun(first: first, share: max(overrun?.share ?? 0, Double(rejected) / Double(records)))
    }
    guard verdict == nil, settings.tolerance.isExceeded(rejected: rejected, records: records) else { return }
    verdict = TooManyRejects(rejected: rejected, records: records, tolerance: settings.tolerance)
  }
}
