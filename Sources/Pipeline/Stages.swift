// The seams between the stages. Each is called once for a block, a batch or a payload, never for a byte.

/// Where bytes come from: a file, standard input, an inflating layer over either.
public protocol ByteSource: AnyObject {
  /// Fills as much of the buffer as it can; 0 is the end. Throws a `Diagnostic`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
  /// Bytes of the stored input consumed so far, for progress.
  var consumed: Int { get }
}

/// Cuts an input's bytes into blocks of whole records. One thread at a time uses it, in the order of the input.
public protocol BlockSource: AnyObject {
  /// Fills the block (reset before) with the next whole records. False at the end, when the block may still hold
  /// rejects. Throws a `Diagnostic` when the input can no longer be read at all.
  func next(into block: Block) throws -> Bool
}

/// Parses records. Each worker has its own.
public protocol RecordParser: AnyObject {
  /// Parses the block's next records into the batch (reset before) until it is full or the block ends; malformed
  /// records, blanks and comments are accounted for in `result`. Returns whether the block has more.
  /// - Parameter cursor: offset in the block, 0 at first; owned by the caller, moved by the parser.
  func parse(_ block: Block, from cursor: inout Int, into batch: RecordBatch, result: MappedBlock) -> Bool
}

extension RecordParser {
  /// Parses what is left of a block, batch by batch.
  /// - Parameters:
  ///   - offset: in the block.
  ///   - batch: filled anew each time.
  ///   - result: takes what is said of the records, added to what it has.
  ///   - body: called with the batch filled, perhaps with no record; false stops.
  public func forEachBatch(
    of block: Block, from offset: Int = 0, into batch: RecordBatch, _ result: MappedBlock, _ body: () -> Bool
  ) {
    var cursor = offset
    var hasMore = true
    while hasMore {
      batch.reset()
      hasMore = parse(block, from: &cursor, into: batch, result: result)
      guard body() else { return }
    }
  }
}

/// A kind of input. Values are cheap and shared; what has state is made by the two `make` functions.
public protocol Reader: Sendable {
  var schema: Schema { get }
  /// Whether records are written as things happen, so that their times hardly step back, as in logs. Exports are not:
  /// what they hold is sorted, unless the mapping says otherwise.
  var isChronological: Bool { get }
  /// How an input is taken up again that an earlier run has read in part.
  var resumption: Resumption { get }
  /// Whether a record's text, as rejects have it, makes the same record without the rest of its input.
  var recordsStandAlone: Bool { get }
  func makeSource(_ bytes: any ByteSource, limits: ReadLimits) -> any BlockSource
  /// - Parameter fields: names in `schema`, in the order of the batch's columns.
  func makeParser(fields: [String]) -> any RecordParser
}

extension Reader {
  public var isChronological: Bool { false }
  public var resumption: Resumption { .whole }
  public var recordsStandAlone: Bool { false }
}

/// How a later run goes on in the middle of an input.
public enum Resumption: Sendable {
  /// A source that begins at a record's first byte makes the same records.
  case seek
  /// What stands before has to be read again, for a header or what it says of later records; the parser starts at the
  /// record.
  case reread
  /// The same, and positions are those of the text that the bytes were turned into: nothing in the file itself can be
  /// compared at them.
  case converted
  /// Only from the beginning: a run commits nothing before it has read such an input whole.
  case whole
}

/// What a source may not exceed, and where it puts what exceeds its memory.
public struct ReadLimits: Sendable {
  /// The longest record in bytes; a longer one is a reject.
  public var record: Int
  /// For temporary files; nil leaves the choice to `TMPDIR` and the system.
  public var temporaryFolder: String?
  /// - Parameter record: bytes.
  public init(record: Int = 4 << 20, temporaryFolder: String? = nil) {
    self.record = record
    self.temporaryFolder = temporaryFolder
  }
}

/// An input of a run, known before the first record is mapped.
public struct InputDescription: Sendable {
  /// As the user named it.
  public var name: String
  /// Milliseconds of the first accepted record; nil if there is none in the head.
  public var firstTime: Int64?
  /// Size as stored, nil where unknown (standard input).
  public var size: Int?
  /// What the state knows it by; its place in the list where there is no state.
  public var id: Int64?
  /// Decompressed bytes, lines and records that earlier runs have read of it.
  public var bytesBefore = 0
  public var linesBefore = 0
  public var recordsBefore = 0
  /// Whether this run reads nothing of it, though something of it may still wait.
  public var isAtRest = false

  public init(name: String, firstTime: Int64?, size: Int?) {
    self.name = name
    self.firstTime = firstTime
    self.size = size
  }
}

/// All inputs of a run as one series of blocks. Inputs are listed in rank order, which is also their index.
public protocol BlockFeed: AnyObject {
  var inputs: [InputDescription] { get }
  /// Fills the block with the next one and names its input; false when every input has ended.
  func next(into block: Block) throws -> Bool
}

/// Makes events of records. Each worker has its own.
public protocol EventMapper: AnyObject {
  /// Maps the batch's records, appending events, drops and rejects to `result`.
  func map(_ batch: RecordBatch, into result: MappedBlock)
}

/// Where events of all inputs become sessions and leave as payloads. One thread at a time, blocks in order.
public protocol EventConsumer: AnyObject {
  /// Takes the block's events; the block's bytes may be used until this returns, `mapped` until its `pending` is 0.
  /// Appends what it rejects to `rejects`.
  func consume(_ mapped: MappedBlock, of block: Block, rejects: inout [Reject]) throws
  /// Closes everything that is open.
  func finish(rejects: inout [LocatedReject]) throws
  /// Ends a run that another one will continue: what can still grow stays open.
  func pause(rejects: inout [LocatedReject]) throws
  /// Asks a long `finish` to end by throwing. From any thread.
  func cancel()
  /// Whether later blocks cannot change the output any more, so that reading may stop.
  var isSatisfied: Bool { get }
}

extension EventConsumer {
  public func cancel() {}
  public func pause(rejects: inout [LocatedReject]) throws { try finish(rejects: &rejects) }
}

/// Takes finished payloads, one JSON object each, in their final order.
public protocol PayloadWriter: AnyObject {
  /// - Parameter payload: without line end; valid during the call. Throws a `Diagnostic`.
  func write(_ payload: UnsafeBufferPointer<UInt8>) throws
  /// Makes what was written final. Nothing stands under the final name before.
  func finish() throws
  /// Leaves nothing behind.
  func abandon()
}

/// Takes rejects.
public protocol RejectWriter: AnyObject {
  func write(_ reject: LocatedReject) throws
}
