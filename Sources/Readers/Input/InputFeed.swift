public import Pipeline

/// All inputs of a run as one series of blocks, roughly in the order of time: the block that comes next is of the open
/// input that is furthest behind, and inputs are opened when the others have come to their first time. Where nothing
/// depends on that order, one input after the other.
///
/// The order depends on the inputs' bytes, the capacity of the blocks and the options only, never on timing.
public final class InputFeed: BlockFeed {
  public struct Options: Sendable {
    public var limits: ReadLimits
    /// The field that dates a record; nil leaves it to the reader's schema.
    public var timeField: String?
    /// At most so many records of each input.
    public var limit: Int?
    /// How late a record may come, in milliseconds: inputs are opened so much before their first time. Nil where all
    /// records are sorted afterwards: then one input is read after the other, as many as there are.
    public var disorder: Int64?
    /// Inputs open at once.
    public var maximumOpen: Int
    /// Whether inputs may grow after the run: what is unfinished at their end is left to the next one.
    public var isContinued = false
    /// An export that has not changed since then is complete; one that has may still be written. Nanoseconds since
    /// 1970-01-01 UTC. Logs are never complete, but their compression is.
    public var settledBefore: Int64 = .max
    /// Inputs that earlier runs have read in part, by the name that they have now.
    public var known: [String: KnownInput] = [:]
    /// Inputs of which this run reads nothing, though something of them may still wait.
    public var resting: [KnownInput] = []
    /// The files behind the inputs as they were found, by name.
    public var files: [String: KnownInput.File] = [:]
    /// The id of the first input that is not known, where inputs have ids; further ones follow in the order of rank.
    public var nextID: Int64?

    public init(
      limits: ReadLimits = ReadLimits(), timeField: String? = nil, limit: Int? = nil, disorder: Int64? = 5 * 60_000,
      maximumOpen: Int = 512
    ) {
      self.limits = limits
      self.timeField = timeField
      self.limit = limit
      self.disorder = disorder
      self.maximumOpen = maximumOpen
    }
  }

  private final class Open {
    let source: any BlockSource
    let index: Int
    /// The latest time delivered, its first time before that.
    var clock: Int64
    var consumed = 0
    var records = 0

    init(_ source: any BlockSource, _ index: Int, clock: Int64) {
      self.source = source
      self.index = index
      self.clock = clock
    }
  }

  /// Bytes shared by the blocks of all open inputs, and what each gets at least.
  private static let shared = 16 << 20
  private static let least = 64 * 1024
  /// More compressed inputs than these are inflated without threads of their own.
  private static let threaded = 4
  /// Bytes at a block's end that tell how far it went.
  private static let probed = 4096
  private static let day: Int64 = 24 * 3_600_000

  public let inputs: [InputDescription]
  /// What a user should know of the inputs, as sentences.
  public let notes: [String]
  /// How each input will be known again, as it stood when the run began.
  public let identities: [KnownInput]
  /// Inputs read so far whose compression was broken off long ago: what there is of them was delivered, and each later
  /// run looks at them again.
  public private(set) var torn: [(name: String, reason: String)] = []
  /// How each input is taken up again.
  public let resumptions: [Resumption]
  /// Nil for an input at rest.
  private let paths: [InputPath?]
  private let reader: any Reader
  private let options: Options
  private let probe: TimeProbe
  /// What can be read only once (standard input, pipes), opened and peeked at already, by name.
  private var kept: [String: any ByteSource] = [:]
  private var open: [Open] = []
  private var nextToOpen = 0
  private var finished = 0

  /// Looks at the head of every input.
  /// - Throws: I101, I102, I108, I109 for inputs that cannot be read, I105 for copies; all of them at once.
  public init(
    _ paths: [InputPath], reader: any Reader, options: Options = Options(), preview: InputPreview? = nil
  ) throws(Diagnostics) {
    self.reader = reader
    self.options = options
    let timeField = options.timeField ?? reader.schema.timeField
    let probe = TimeProbe(reader, timeField: timeField)
    self.probe = probe
    var heads: [InputHead] = []
    var notes: [String] = []
    var findings: [Diagnostic] = []
    let block = Block(capacity: InputHead.length, headroom: options.limits.record)
    for path in paths {
      do {
        let (bytes, isComplete, stored) = try preview?.take(path) ?? InputHead.read(path)
        heads.append(
          try InputHead(
            path, bytes, isComplete: isComplete, size: stored.size, reader: reader, limits: options.limits,
            probe: probe, block: block))
        if stored.size == nil {
          let rest = stored.isPlain ? stored.bytes : ReadAheadSource(stored.bytes)
          kept[path.name] = PeekedSource(head: bytes, rest: rest)
        }
      } catch var finding as Diagnostic {
        // A reader does not know what its input is called.
        if finding.code == "I203" { finding.file = path.name }
        findings.append(finding)
      } catch {
        findings.append(Diagnostic("I102", "cannot read \(path.name): \(error)"))
      }
    }
    if findings.isEmpty {
      do {
        let pairs = try CopyGuard.pairs(heads.filter { options.known[$0.input.name] == nil })
        if options.isContinued {
          // A log is being copied and will be truncated; by the next run it is clear which is which.
          heads.removeAll { head in pairs.contains { $0.copy.input == head.input } }
          notes = pairs.map {
            "\($0.copy.input.name) is a copy of \($0.original.input.name), or begins it, and is passed over this time"
          }
        } else {
          findings = pairs.map(\.finding)
        }
      } catch let finding as Diagnostic {
        findings.append(finding)
      } catch {
        findings.append(Diagnostic("I102", "cannot read the inputs: \(error)"))
      }
    }
    let ranked = InputRanking.ranked(heads, options)
    resumptions = ranked.map { $0.isUTF16 ? reader.resumption.converted : reader.resumption }
    self.paths = ranked.map(\.path)
    inputs = ranked.map(\.description)
    self.notes = notes
    identities = ranked.map(\.identity)
    guard findings.isEmpty else { throw Diagnostics(findings) }
  }

  /// Bytes of all inputs as stored; nil if one of them is standard input or a pipe.
  public var size: Int? {
    inputs.reduce(0 as Int?) { sum, input in
      guard let sum, let size = input.size else { return nil }
      return sum + size
    }
  }

  /// Bytes as stored of what was delivered.
  public var consumed: Int { finished + open.reduce(0) { $0 + $1.consumed } }

  /// Every input's last block says so (`Block.isLast`); it may be empty.
  /// - Throws: I102 when an input can no longer be read, I106 when too many would be open, I107 when one is gone or emptied.
  public func next(into block: Block) throws -> Bool {
    try openDue()
    guard let chosen = open.min(by: { ($0.clock, $0.index) < ($1.clock, $1.index) }) else { return false }
    if let paced = chosen.source as? any PacedBlockSource {
      paced.pace = max(InputFeed.least, InputFeed.shared / open.count)
    }
    block.input = chosen.index
    let isFilled = try chosen.source.next(into: block)
    block.input = chosen.index
    if !isFilled { block.isLast = true }
    if let reason = block.torn { torn.append((inputs[chosen.index].name, reason)) }
    if let limit = options.limit { cut(block, chosen, limit) }
    chosen.consumed = block.consumed
    if block.isLast {
      finished += inputs[chosen.index].size ?? block.consumed
      open.removeAll { $0 === chosen }
    } else if options.disorder != nil, open.count > 1 || nextToOpen < paths.count {
      advance(chosen, block)
    }
    return true
  }

  private func openDue() throws {
    while nextToOpen < paths.count {
      guard let path = paths[nextToOpen] else {
        nextToOpen += 1
        continue
      }
      let first = inputs[nextToOpen].firstTime
      if let disorder = options.disorder {
        if let first, let slowest = open.lazy.map(\.clock).min(), first - disorder > slowest { return }
      } else if !open.isEmpty {
        return
      }
      guard open.count < options.maximumOpen else {
        throw Diagnostic(
          "I106", "more than \(options.maximumOpen) inputs overlap in time",
          remedy: "say `mode: exact` under `session`, which reads one input after the other, or give fewer at once")
      }
      open.append(Open(try source(path, nextToOpen), nextToOpen, clock: first ?? .min))
      nextToOpen += 1
    }
  }

  private func source(_ path: InputPath, _ index: Int) throws -> any BlockSource {
    if let bytes = kept.removeValue(forKey: path.name) {
      return reader.makeSource(bytes, limits: options.limits)
    }
    do {
      return try resumed(path, index, isThreaded: open.count < InputFeed.threaded)
    } catch let finding as Diagnostic where finding.code == "I101" {
      throw Diagnostic(
        "I107", "\(path.name) is gone since the run began",
        remedy: "stop rotating logs while they are read, or copy them")
    }
  }

  /// The input from where it was left.
  private func resumed(_ path: InputPath, _ index: Int, isThreaded: Bool) throws -> any BlockSource {
    let position = identities[index].offset
    let resumption = resumptions[index]
    let stored = try StoredInput(path, isThreaded: isThreaded)
    guard position > 0 else { return reader.makeSource(end(stored.bytes, path, resumption), limits: options.limits) }
    if resumption == .seek, stored.isPlain, let file = path.path {
      // One byte more: it ends the record before, so that nothing takes the next one for the input's beginning.
      let source = reader.makeSource(
        end(try FileSource(path: file, from: position - 1), path, resumption), limits: options.limits)
      return ResumedSource(source, shift: position - 1, position: position, countsLines: false)
    }
    let source = reader.makeSource(end(stored.bytes, path, resumption), limits: options.limits)
    return ResumedSource(source, shift: 0, position: position, countsLines: !reader.isChronological)
  }

  /// The bytes of an input, which may end where no record does.
  private func end(_ bytes: any ByteSource, _ path: InputPath, _ resumption: Resumption) -> any ByteSource {
    guard options.isContinued, resumption != .whole else { return bytes }
    let isSettled = options.files[path.name].map { $0.modified < options.settledBefore } ?? false
    return !reader.isChronological && isSettled ? bytes : GrowingSource(bytes, isSettled: isSettled)
  }

  /// Moves the input's clock to the latest believable time at the block's end.
  private func advance(_ input: Open, _ block: Block) {
    var offset = 0
    if block.count > InputFeed.probed {
      let end = UnsafePointer(block.start) + block.count
      let line = Scan.byte(UInt8(ascii: "\n"), end - InputFeed.probed, end)
      offset = min(block.count, line + 1 - UnsafePointer(block.start))
    }
    let horizon = input.clock == .min ? Int64.max : input.clock + InputFeed.day
    var latest = Int64.min
    var earliestBeyond = Int64.max
    probe.times(block, from: offset) { time in
      if time <= horizon { latest = max(latest, time) } else { earliestBeyond = min(earliestBeyond, time) }
      return false
    }
    // Where everything is beyond a day, the log has a gap.
    if latest == .min, earliestBeyond != .max { latest = earliestBeyond }
    input.clock = max(input.clock, latest)
  }

  /// Ends the block before the first record over the limit.
  private func cut(_ block: Block, _ input: Open, _ limit: Int) {
    // Over-long records count as well, and come first.
    let allowed = max(0, limit - input.records)
    let skipped = block.rejects.filter { !$0.isDamage }
    if skipped.count > allowed {
      block.rejects = Array(skipped.prefix(allowed))
      block.skippedLines = skipped[allowed].line
      end(block, at: 0)
      return
    }
    input.records += skipped.count
    let (count, offset) = probe.records(block, before: limit - input.records)
    input.records += count
    if let offset { end(block, at: offset) }
  }

  private func end(_ block: Block, at offset: Int) {
    block.count = offset
    block.isLast = true
    block.seal()
  }
}
