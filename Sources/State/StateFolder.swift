internal import Glibc
public import Pipeline

/// The folder in which a run leaves what the next one needs: inputs with their positions, open sessions, lengths of the
/// outputs, what was delivered. One process at a time has it.
///
///     state.sqlite   everything that has to be known together; beside it, until it is closed, what was committed last
///     lock           who has it
///     outbox-000001.ndjson, rejects.ndjson, dead.ndjson   outputs; what lies behind the recorded lengths is cut off
///
/// The invariant: every byte of an input before its recorded position is represented by outputs up to their recorded
/// lengths, plus the state.
public final class StateFolder: CommitStore, DeliveryJournal, @unchecked Sendable {
  /// Of the tables and of what stages write.
  static let version: Int64 = 1

  public let path: String
  /// What the file of dead letters in the folder is called.
  public static let deadLetters = "dead.ndjson"
  private let database: Database
  private let lock: StateLock?
  /// Only for as long as it is looked at.
  private let glance: StateLock?

  /// Creates the folder, if it is not there.
  /// - Parameter onLocked: called when the folder is this process's; up to there nothing in it has been touched.
  /// - Throws: C101 if another process has it, C103 if it cannot be used, C104 if it is damaged or was lost, C110 if a
  ///   later version wrote it.
  public init(path: String, patience: LockPatience = .none, onLocked: () -> Void = {}) throws {
    self.path = path
    try StateFolder.create(path)
    lock = try StateLock(folder: path, patience: patience)
    glance = nil
    onLocked()
    // Outputs are made when there is a state: without one they are all that is left of it, and would be cut off. Asked
    // first, since a file that is empty takes what stands beside it along when it is opened.
    let leftover = StateFolder.leftover(in: path)
    let file = path + "/state.sqlite"
    if let leftover, StateFolder.isEmpty(file) { throw StateFolder.lost(file, leftover) }
    database = try Database(path: file, for: .write)
    let version = try StateFolder.version(database)
    if version == 0, let leftover { throw StateFolder.lost(file, leftover) }
    try database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    if version == 0 {
      try database.transaction { try database.run(StateFolder.tables) }
    } else if version != StateFolder.version {
      throw StateFolder.newer(version)
    }
  }

  /// The first of the outputs that a state has in its folder; nil if there is none.
  private static func leftover(in path: String) -> String? {
    let outputs = Folder.names(in: path)?.filter { name in
      let isOutbox = name.hasPrefix("outbox-") && name.hasSuffix(".ndjson")
      return isOutbox || name == "rejects.ndjson" || name == deadLetters
    }
    // What waits to be sent says most.
    return outputs?.max()
  }

  private static func isEmpty(_ file: String) -> Bool {
    var status = stat()
    return stat(file, &status) != 0 ? errno == ENOENT : status.st_size == 0
  }

  private static func lost(_ file: String, _ output: String) -> Diagnostic {
    StateCursor.damage("\(file) is empty or gone, and \(output) is still there")
  }

  /// Makes the folder, and those above it that are missing.
  private static func create(_ path: String) throws {
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    var error = errno
    let parent = FilePath.folder(of: path)
    if error == ENOENT, parent != ".", parent != "/" {
      try create(parent)
      if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
      error = errno
    }
    throw Diagnostic(
      "C103", "cannot create the folder \(path): \(SystemError.reason(error))",
      remedy: "check the folder after --state and its permissions")
  }

  /// Only to look at it, whoever has it.
  /// - Throws: C109 if there is no state, C104 if it is damaged or was lost.
  public init(reading path: String) throws {
    self.path = path
    lock = nil
    let glance = StateLock(looking: path)
    self.glance = glance
    let file = path + "/state.sqlite"
    func missing() -> Diagnostic {
      if let leftover = StateFolder.leftover(in: path) { return StateFolder.lost(file, leftover) }
      return Diagnostic("C109", "there is no state in \(path)", remedy: "check the folder after --state")
    }
    guard !StateFolder.isEmpty(file) else { throw missing() }
    let isAtRest = glance != nil && StateFolder.isEmpty(file + "-wal")
    database = try Database(path: file, for: isAtRest ? .readAtRest : .read)
    switch try StateFolder.version(database) {
    case StateFolder.version: break
    case 0: throw missing()
    case let version: throw StateFolder.newer(version)
    }
  }

  /// The run is at its end: what it committed is in the one file, whoever still holds this. It can do nothing more.
  public func close() { database.close() }

  /// Whether a run has it at the moment.
  public var isInUse: Bool { lock != nil || StateLock.isHeld(folder: path) }

  private static func version(_ database: Database) throws -> Int64 {
    var version: Int64 = 0
    try database.run("PRAGMA user_version", []) { version = $0.integer(0) }
    return version
  }

  private static func newer(_ version: Int64) -> Diagnostic {
    Diagnostic(
      "C110", "the state is of version \(version), this program writes version \(StateFolder.version)",
      remedy: "use the program that wrote it, or begin anew with another --state folder")
  }

  private static let tables = """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE input (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL, device INTEGER NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL,
      modified INTEGER NOT NULL, head_count INTEGER NOT NULL, head_hash TEXT NOT NULL, first_time INTEGER,
      rank INTEGER NOT NULL, position INTEGER NOT NULL, lines INTEGER NOT NULL, records INTEGER NOT NULL,
      tail BLOB NOT NULL, finished INTEGER NOT NULL, read_at INTEGER NOT NULL);
    CREATE TABLE output (
      name TEXT PRIMARY KEY, number INTEGER NOT NULL, length INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE total (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE part (kind TEXT NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, number));
    CREATE TABLE delivery (
      queue TEXT PRIMARY KEY, prefix INTEGER NOT NULL, beyond BLOB NOT NULL, acknowledged INTEGER NOT NULL,
      acknowledged_events INTEGER NOT NULL, dead INTEGER NOT NULL, dead_events INTEGER NOT NULL,
      dead_letter_length INTEGER NOT NULL) WITHOUT ROWID;
    PRAGMA user_version = 1;
    """

  /// All of what `body` writes, or nothing; durable when this returns. Throws C105 if it cannot be written.
  public func commit(_ body: () throws -> Void) throws { try database.transaction(body) }

  // MARK: Parts of stages

  public func put(_ kind: StaticString, _ number: Int64, _ bytes: UnsafeBufferPointer<UInt8>) throws {
    try database.run(
      "INSERT OR REPLACE INTO part (kind, number, body) VALUES (?, ?, ?)",
      [.text(kind.description), .integer(number), .bytes(bytes)])
  }

  public func remove(_ kind: StaticString, _ number: Int64) throws {
    try database.run(
      "DELETE FROM part WHERE kind = ? AND number = ?", [.text(kind.description), .integer(number)])
  }

  public func removeAll(_ kind: StaticString, below end: Int64) throws {
    try database.run("DELETE FROM part WHERE kind = ? AND number < ?", [.text(kind.description), .integer(end)])
  }

  public func forEach(_ kind: StaticString, _ body: (Int64, UnsafeBufferPointer<UInt8>) throws -> Void) throws {
    try database.locked {
      try database.run("SELECT number, body FROM part WHERE kind = ? ORDER BY number", [.text(kind.description)]) {
        try body($0.integer(0), $0.bytes(1))
      }
    }
  }

  /// How many parts of a kind there are.
  public func count(_ kind: StaticString) throws -> Int {
    var count = 0
    try database.locked {
      try database.run("SELECT count(*) FROM part WHERE kind = ?", [.text(kind.description)]) {
        count = Int($0.integer(0))
      }
    }
    return count
  }

  // MARK: What is known of the run

  /// A word about the state: the mapping's name and hash, what kind of run it belongs to.
  public func meta(_ key: String) throws -> String? {
    var value: String?
    try database.locked {
      try database.run("SELECT value FROM meta WHERE key = ?", [.text(key)]) { value = $0.text(0) }
    }
    return value
  }

  /// Part of a commit.
  public func setMeta(_ key: String, _ value: String) throws {
    try database.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", [.text(key), .text(value)])
  }

  /// Sums over all runs, by name.
  public func totals() throws -> [String: Int] {
    var totals: [String: Int] = [:]
    try database.locked {
      try database.run("SELECT name, value FROM total", []) { totals[$0.text(0)] = Int($0.integer(1)) }
    }
    return totals
  }

  public func setTotal(_ name: String, _ value: Int) throws {
    try database.run("INSERT OR REPLACE INTO total (name, value) VALUES (?, ?)", [.text(name), .integer(Int64(value))])
  }

  // MARK: Inputs

  /// All inputs that were ever read, in the order in which they were first seen.
  public func inputs() throws -> [KnownInput] {
    var inputs: [KnownInput] = []
    try database.locked {
      try database.run(
        """
        SELECT id, name, device, number, size, modified, head_count, head_hash, first_time, rank, position, lines, records,
        tail, finished, read_at FROM input ORDER BY id
        """, []
      ) { row in
        inputs.append(
          KnownInput(
            id: row.integer(0), name: row.text(1),
            file: KnownInput.File(
              device: row.integer(2), number: row.integer(3), size: row.integer(4), modified: row.integer(5)),
            headCount: Int(row.integer(6)), headHash: row.text(7),
            firstTime: row.isNull(8) ? nil : row.integer(8), rank: UInt64(bitPattern: row.integer(9)),
            offset: Int(row.integer(10)), lines: Int(row.integer(11)), records: Int(row.integer(12)),
            tail: Array(row.bytes(13)), isFinished: row.integer(14) != 0, readAt: row.integer(15)))
      }
    }
    return inputs
  }

  /// Writes an input, under the id that it has.
  public func put(_ input: KnownInput) throws {
    try input.tail.withUnsafeBufferPointer { tail in
      try database.run(
        """
        INSERT OR REPLACE INTO input (id, name, device, number, size, modified, head_count, head_hash, first_time, rank,
        position, lines, records, tail, finished, read_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          .integer(input.id), .text(input.name), .integer(input.file.device), .integer(input.file.number),
          .integer(input.file.size), .integer(input.file.modified), .integer(Int64(input.headCount)),
          .text(input.headHash), input.firstTime.map { .integer($0) } ?? .null,
          .integer(Int64(bitPattern: input.rank)), .integer(Int64(input.offset)), .integer(Int64(input.lines)),
          .integer(Int64(input.records)), .bytes(tail), .integer(input.isFinished ? 1 : 0), .integer(input.readAt),
        ])
    }
  }

  // MARK: Outputs

  /// How far an output was written when a commit last recorded it; nil if none did.
  public func output(_ name: String) throws -> OutputPosition? {
    var output: OutputPosition?
    try database.locked {
      try database.run("SELECT number, length, count FROM output WHERE name = ?", [.text(name)]) {
        output = OutputPosition(
          number: Int($0.integer(0)), length: Int($0.integer(1)), count: Int($0.integer(2)))
      }
    }
    return output
  }

  public func setOutput(_ name: String, _ output: OutputPosition) throws {
    try database.run(
      "INSERT OR REPLACE INTO output (name, number, length, count) VALUES (?, ?, ?, ?)",
      [.text(name), .integer(Int64(output.number)), .integer(Int64(output.length)), .integer(Int64(output.count))])
  }

  // MARK: Delivery

  public func progress(of queue: String) throws -> DeliveryProgress? {
    var progress: DeliveryProgress?
    try database.locked {
      try database.run(
        """
        SELECT prefix, beyond, acknowledged, acknowledged_events, dead, dead_events, dead_letter_length
        FROM delivery WHERE queue = ?
        """, [.text(queue)]
      ) { row in
        var beyond: [Int] = []
        var cursor = StateCursor(row.bytes(1))
        while !cursor.isAtEnd { beyond.append(Int(try cursor.word(in: 0...Int64.max))) }
        progress = DeliveryProgress(
          prefix: Int(row.integer(0)), beyond: beyond, acknowledged: Int(row.integer(2)),
          acknowledgedEvents: Int(row.integer(3)), dead: Int(row.integer(4)), deadEvents: Int(row.integer(5)),
          deadLetterLength: Int(row.integer(6)))
      }
    }
    return progress
  }

  public func record(_ progress: DeliveryProgress, of queue: String, unconfirmed: Int?) throws {
    try database.transaction {
      try setProgress(progress, of: queue)
      if let unconfirmed { try setMeta("unconfirmed", String(unconfirmed)) }
    }
  }

  public func unconfirmed() throws -> Int? {
    if let text = try meta("unconfirmed") { return Int(text) ?? 0 }
    // Older builds did not note it.
    let delivered = try queues().compactMap { try progress(of: $0)?.acknowledged }.reduce(0, +)
    return try delivered + totals()["acknowledged", default: 0] > 0 ? 0 : nil
  }

  /// The same as part of a commit.
  public func setProgress(_ progress: DeliveryProgress, of queue: String) throws {
    let beyond = ByteBuffer()
    for offset in progress.beyond { beyond.append(word: Int64(offset)) }
    try database.run(
      """
      INSERT OR REPLACE INTO delivery (queue, prefix, beyond, acknowledged, acknowledged_events, dead, dead_events,
      dead_letter_length) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(queue), .integer(Int64(progress.prefix)), .bytes(beyond.bytes), .integer(Int64(progress.acknowledged)),
        .integer(Int64(progress.acknowledgedEvents)), .integer(Int64(progress.dead)),
        .integer(Int64(progress.deadEvents)), .integer(Int64(progress.deadLetterLength)),
      ])
  }

  public func deadLetterLength() throws -> Int? {
    var length = 0
    try database.locked {
      try database.run("SELECT coalesce(max(dead_letter_length), 0) FROM delivery", []) { length = Int($0.integer(0)) }
    }
    return length
  }

  /// Forgets a queue.
  public func forget(queue: String) throws { try database.run("DELETE FROM delivery WHERE queue = ?", [.text(queue)]) }

  /// The names of all queues of which something is recorded.
  public func queues() throws -> [String] {
    var queues: [String] = []
    try database.locked {
      try database.run("SELECT queue FROM delivery ORDER BY queue", []) { queues.append($0.text(0)) }
    }
    return queues
  }
}
