internal import CSQLite
internal import Glibc
internal import Pipeline

/// An SQLite file, as far as the state needs it. One connection, used by one thread at a time: whoever works with it
/// holds its lock.
///
/// Written ahead and fully synced (`journal_mode=WAL`, `synchronous=FULL`): a transaction that was committed is there
/// after a power loss, one that was not has never been.
final class Database: @unchecked Sendable {
  enum Access {
    /// Creates the file if it is not there.
    case write
    /// Nothing is written, though a file that has something written ahead may get its index beside it.
    case read
    /// For a file that nobody writes to meanwhile, and nothing is written ahead of: nothing is made beside it, so that
    /// the right to read it is enough.
    case readAtRest
  }

  private let path: String
  private let access: Access
  private var handle: OpaquePointer?
  private var statements: [String: OpaquePointer] = [:]
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  /// - Throws: C103 if it cannot be opened.
  init(path: String, for access: Access) throws(Diagnostic) {
    self.path = path
    self.access = access
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(mutex, &attributes)
    let (name, flags) =
      switch access {
      case .write: (path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      case .read: (path, SQLITE_OPEN_READONLY)
      case .readAtRest: (Database.immutable(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
      }
    guard sqlite3_open_v2(name, &handle, flags | SQLITE_OPEN_FULLMUTEX, nil) == SQLITE_OK else {
      throw failure("cannot be opened")
    }
    sqlite3_busy_timeout(handle, 5_000)
  }

  /// The file as an address that says that it does not change.
  private static func immutable(_ path: String) -> String {
    let hexadecimal = Array("0123456789ABCDEF".utf8)
    let escaped = path.utf8.flatMap { byte -> [UInt8] in
      "?#%".utf8.contains(byte) || byte <= 0x20 || byte >= 0x7F
        ? [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]] : [byte]
    }
    // Between two slashes and a third there would be a host.
    return "file:" + (path.hasPrefix("/") ? "//" : "") + String(decoding: escaped, as: UTF8.self) + "?immutable=1"
  }

  deinit {
    close()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Puts into the file what was written ahead, and lets go of it; what is asked for afterwards fails.
  func close() {
    locked {
      for statement in statements.values { sqlite3_finalize(statement) }
      statements = [:]
      sqlite3_close_v2(handle)
      handle = nil
    }
  }

  /// Holds the lock; may be nested.
  func locked<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Runs statements that give no rows.
  func run(_ text: String) throws(Diagnostic) {
    guard sqlite3_exec(handle, text, nil, nil, nil) == SQLITE_OK else { throw failure("cannot be used") }
  }

  enum Value {
    case integer(Int64)
    case text(String)
    case bytes(UnsafeBufferPointer<UInt8>)
    case null
  }

  /// A row of a result. Valid during the call that gets it.
  struct Row {
    fileprivate let statement: OpaquePointer

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func text(_ column: Int32) -> String {
      guard let start = sqlite3_column_text(statement, column) else { return "" }
      let count = Int(sqlite3_column_bytes(statement, column))
      return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
      let start = sqlite3_column_blob(statement, column)
      let count = Int(sqlite3_column_bytes(statement, column))
      return UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: count)
    }
  }

  /// Runs one statement, whose text is kept prepared.
  func run(_ text: String, _ values: [Value], _ body: (Row) throws -> Void = { _ in }) throws {
    let statement = try prepared(text)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      let status =
        switch value {
        case .integer(let number): sqlite3_bind_int64(statement, place, number)
        case .text(let text): sqlite3_bind_text(statement, place, text, -1, Database.transient)
        case .bytes(let bytes):
          // A statement runs before its values go away.
          bytes.count == 0
            ? sqlite3_bind_zeroblob(statement, place, 0)
            : sqlite3_bind_blob64(statement, place, bytes.baseAddress, UInt64(bytes.count), nil)
        case .null: sqlite3_bind_null(statement, place)
        }
      guard status == SQLITE_OK else { throw failure("cannot be written") }
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: try body(Row(statement: statement))
      case SQLITE_DONE: return
      default: throw failure("cannot be written")
      }
    }
  }

  /// All or nothing of what `body` writes; durable when this returns.
  func transaction(_ body: () throws -> Void) throws {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    try run("BEGIN IMMEDIATE")
    do {
      try body()
      try run("COMMIT")
    } catch {
      sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
      throw error
    }
  }

  private func prepared(_ text: String) throws -> OpaquePointer {
    if let statement = statements[text] { return statement }
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, text, -1, &statement, nil) == SQLITE_OK, let statement else {
      throw failure("cannot be used")
    }
    statements[text] = statement
    return statement
  }

  /// SQLite makes a copy.
  private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

  private static let writeFailures = [SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_PERM]

  /// C104 for a file that is none of SQLite's or is damaged, C105 where writing fails, C103 for the rest.
  private func failure(_ what: String) -> Diagnostic {
    let code = sqlite3_errcode(handle)
    let reason = String(cString: sqlite3_errmsg(handle))
    switch code & 0xFF {
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_ERROR, SQLITE_MISMATCH:
      return StateCursor.damage("\(path): \(reason)")
    case let code where access == .write && Database.writeFailures.contains(code):
      return Diagnostic(
        "C105", "the state \(path) cannot be written: \(reason)",
        remedy: "make room or mend the permissions, and run the same command again; nothing is lost")
    default:
      return Diagnostic(
        "C103", "the state \(path) \(access == .write ? what : "cannot be read"): \(reason)",
        remedy: "check the folder after --state and its permissions")
    }
  }
}
