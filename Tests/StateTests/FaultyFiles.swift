import Pipeline
import State
import TestSupport
import Writers

/// The process is gone, in the middle of an operation.
struct PowerLoss: Error {}

/// A disk that does what disks may do: what was not synced is lost, cut or zeroed by a power loss, names that were not
/// synced stay as they were, room ends, a sync fails.
final class Disk: FileSystem, @unchecked Sendable {
  struct Content {
    /// What the program sees.
    var bytes: [UInt8] = []
    /// What is on the disk for certain.
    var synced: [UInt8] = []
  }

  /// By number, as inodes.
  private var files: [Int: Content] = [:]
  private var nextFile = 1
  /// What the program sees, and what is on the disk for certain.
  private var names: [String: Int] = [:]
  private var syncedNames: [String: Int] = [:]
  var random: Seeded
  /// Operations until the power fails; nil for never.
  var fuse: Int?
  /// Bytes that still fit; nil for any number.
  var room: Int?
  var failsNextSync = false

  init(_ seed: Int) { random = Seeded(seed) }

  private func step() throws {
    guard let left = fuse else { return }
    if left <= 0 { throw PowerLoss() }
    fuse = left - 1
  }

  /// What is there after the power came back.
  func recover() {
    fuse = nil
    failsNextSync = false
    // Each change of a file's names since the last sync has happened or has not; a rename is one change.
    for number in files.keys.sorted() where Bool.random(using: &random) {
      for (name, other) in syncedNames where other == number && names[name] != number { syncedNames[name] = nil }
      for (name, other) in names where other == number { syncedNames[name] = number }
    }
    names = syncedNames
    for number in files.keys.sorted() {
      guard let content = files[number] else { continue }
      var bytes = content.synced
      if content.bytes.count > bytes.count {
        var rest = Array(
          content.bytes[bytes.count...].prefix(Int.random(in: 0...(content.bytes.count - bytes.count), using: &random)))
        if Int.random(in: 0..<3, using: &random) == 0 { rest = rest.map { _ in 0 } }
        bytes += rest
      } else if content.bytes.count < bytes.count, Bool.random(using: &random) {
        bytes = content.bytes
      }
      files[number] = Content(bytes: bytes, synced: bytes)
    }
  }

  func content(_ path: String) -> [UInt8]? { names[path].flatMap { files[$0]?.bytes } }
  var allNames: [String] { names.keys.sorted() }

  /// Somebody takes a file away.
  func take(_ path: String) {
    names[path] = nil
    syncedNames[path] = nil
  }

  private final class File: AppendableFile {
    let disk: Disk
    let number: Int
    init(_ disk: Disk, _ number: Int) {
      self.disk = disk
      self.number = number
    }

    func append(_ bytes: UnsafeBufferPointer<UInt8>) throws {
      if let room = disk.room, bytes.count > room {
        disk.files[number]?.bytes += bytes.prefix(room)
        disk.room = 0
        throw Diagnostic("O201", "disk full")
      }
      if let room = disk.room { disk.room = room - bytes.count }
      do {
        try disk.step()
      } catch {
        disk.files[number]?.bytes += bytes.prefix(Int.random(in: 0...bytes.count, using: &disk.random))
        throw error
      }
      disk.files[number]?.bytes += bytes
    }

    func sync() throws {
      if disk.failsNextSync {
        disk.failsNextSync = false
        throw Diagnostic("O201", "cannot be written: input/output error")
      }
      try disk.step()
      if let content = disk.files[number] { disk.files[number]?.synced = content.bytes }
    }
  }

  func open(_ path: String) throws -> any AppendableFile {
    try step()
    if let number = names[path] { return File(self, number) }
    let number = nextFile
    nextFile += 1
    files[number] = Content()
    names[path] = number
    return File(self, number)
  }

  func length(of path: String) throws -> Int? { content(path)?.count }

  func truncate(_ path: String, to length: Int) throws {
    try step()
    guard let number = names[path], var content = files[number] else { return }
    content.bytes.removeSubrange(min(length, content.bytes.count)...)
    content.synced = content.bytes
    files[number] = content
  }

  func rename(_ path: String, to other: String) throws {
    try step()
    names[other] = names[path]
    names[path] = nil
  }

  func remove(_ path: String) throws {
    try step()
    names[path] = nil
  }

  func names(in folder: String) throws -> [String] {
    names.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }.sorted()
  }

  func sync(folder: String) throws {
    try step()
    for name in Set(names.keys).union(syncedNames.keys) where name.hasPrefix(folder + "/") {
      syncedNames[name] = names[name]
    }
  }
}

/// A store whose transactions happen whole or not at all, with the power failing before or after.
final class Ledger: CommitStore {
  struct Content {
    var outputs: [String: OutputPosition] = [:]
    var totals: [String: Int] = [:]
  }

  private(set) var durable = Content()
  private var pending = Content()
  let disk: Disk

  init(_ disk: Disk) { self.disk = disk }

  func commit(_ body: () throws -> Void) throws {
    pending = durable
    try body()
    // The power may fail before the commit reaches the disk, or behind it.
    if let fuse = disk.fuse {
      if fuse <= 0 { throw PowerLoss() }
      disk.fuse = fuse - 1
    }
    durable = pending
    if let fuse = disk.fuse {
      if fuse <= 0 { throw PowerLoss() }
      disk.fuse = fuse - 1
    }
  }

  func setOutput(_ name: String, _ position: OutputPosition) { pending.outputs[name] = position }
  func setTotal(_ name: String, _ value: Int) { pending.totals[name] = value }
  func put(_ input: KnownInput) {}
  func put(_ kind: StaticString, _ number: Int64, _ bytes: UnsafeBufferPointer<UInt8>) {}
  func remove(_ kind: StaticString, _ number: Int64) {}
  func removeAll(_ kind: StaticString, below end: Int64) {}
  func forEach(_ kind: StaticString, _ body: (Int64, UnsafeBufferPointer<UInt8>) throws -> Void) {}
}
