internal import Glibc
internal import Pipeline

/// The rest of a large file, written past the system's cache (`O_DIRECT`) by a thread of its own.
///
/// Copying into the cache and writing from there costs the processor several times what handing whole pages to the disk
/// does, and evicts what other programs need. A direct write returns only when the disk has the bytes: hence the thread,
/// and a few buffers that take turns. What is not a whole number of pages, or does not begin at one, goes through the
/// cache, and so does everything once the file system has refused a direct write.
///
/// One thread at a time may append; an error is thrown by the calls that follow it.
final class DirectOutput: @unchecked Sendable {
  /// A huge page of most processors: the kernel holds on to one page for a write, not to hundreds.
  static let bufferSize = 2 << 20
  private static let bufferCount = 3
  /// What position, length and address of a direct write must be multiples of, for any disk in use.
  private static let page = 4096

  private typealias Buffer = UnsafeMutablePointer<UInt8>

  /// Bytes on their way to the file.
  private struct Piece {
    var buffer: Buffer
    var count: Int
    var position: Int
  }

  private let descriptor: Int32
  private let name: String
  private let buffers: [Buffer]
  private var thread: WorkerThread?

  // Of the appending thread.
  private var filling: Buffer
  private var count = 0
  /// Bytes that `filling` takes: so many that it ends where a page of the file does.
  private var room: Int
  /// Where in the file the first byte of `filling` belongs.
  private var position: Int

  // Of the writing thread.
  private var flags: Int32
  private var isRefused = false

  // The monitor guards what follows.
  private let monitor = Monitor()
  private var free: [Buffer]
  private var queue: [Piece] = []
  private var isWriting = false
  private var isStopped = false
  private var error: Int32 = 0

  /// nil where the file system has no direct writes, or the system no further thread.
  /// - Parameters:
  ///   - descriptor: stays the caller's, who stops this object before closing it.
  ///   - position: bytes of the file that are there already; the descriptor stands behind them.
  init?(_ descriptor: Int32, name: String, at position: Int) {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, fcntl(descriptor, F_SETFL, flags | directFlag) == 0 else { return nil }
    self.descriptor = descriptor
    self.name = name
    self.flags = flags | directFlag
    self.position = position
    room = DirectOutput.room(at: position)
    buffers = (0..<DirectOutput.bufferCount).map { _ in
      let buffer = UnsafeMutableRawPointer.allocate(
        byteCount: DirectOutput.bufferSize, alignment: DirectOutput.bufferSize)
      madvise(buffer, DirectOutput.bufferSize, MADV_HUGEPAGE)
      return buffer.assumingMemoryBound(to: UInt8.self)
    }
    filling = buffers[0]
    free = Array(buffers.dropFirst())
    thread = WorkerThread { [self] in writeAll() }
    if thread == nil {
      _ = fcntl(descriptor, F_SETFL, flags)
      return nil
    }
  }

  deinit { for buffer in buffers { buffer.deallocate() } }

  private static func room(at position: Int) -> Int { bufferSize - position % page }

  // MARK: The appending thread

  func append(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    guard var from = bytes.baseAddress else { return }
    var left = bytes.count
    while left > 0 {
      // Bounds: `room` is at most the buffer's size, and never full here.
      let part = min(left, room - count)
      (filling + count).update(from: from, count: part)
      count += part
      from += part
      left -= part
      if count == room { try handOver() }
    }
  }

  /// Appends a line and its end.
  func append(line: UnsafeBufferPointer<UInt8>) throws {
    let newline = UInt8(ascii: "\n")
    guard line.count &+ 1 < room &- count, let start = line.baseAddress else {
      try append(line)
      return try append(newline)
    }
    // Bounds: there is room for one byte more than the line and its end.
    let to = filling + count
    to.update(from: start, count: line.count)
    to[line.count] = newline
    count &+= line.count &+ 1
  }

  func append(_ byte: UInt8) throws {
    filling[count] = byte
    count += 1
    if count == room { try handOver() }
  }

  /// Returns when everything is written; throws if it never will be, because of `stop`.
  func flush() throws {
    if count > 0 { try handOver() }
    monitor.lock()
    defer { monitor.unlock() }
    while !queue.isEmpty || isWriting, error == 0, !isStopped { monitor.wait() }
    if error != 0 { throw OutputFailure.writing(name, error) }
    guard queue.isEmpty, !isWriting else { throw OutputFailure.writing(name, ECANCELED) }
  }

  private func handOver() throws {
    monitor.lock()
    defer { monitor.unlock() }
    queue.append(Piece(buffer: filling, count: count, position: position))
    position += count
    count = 0
    room = DirectOutput.room(at: position)
    monitor.wakeAll()
    while free.isEmpty, error == 0, !isStopped { monitor.wait() }
    if error != 0 { throw OutputFailure.writing(name, error) }
    guard let buffer = free.popLast() else { throw OutputFailure.writing(name, ECANCELED) }
    filling = buffer
  }

  /// Ends the thread; what is not yet written never will be. From any thread, and more than once.
  func stop() {
    monitor.lock()
    isStopped = true
    let ending = thread
    thread = nil
    monitor.wakeAll()
    monitor.unlock()
    ending?.join()
  }

  // MARK: The writing thread

  private func writeAll() {
    monitor.lock()
    while !isStopped {
      guard error == 0, !queue.isEmpty else {
        monitor.wait()
        continue
      }
      let piece = queue.removeFirst()
      isWriting = true
      monitor.unlock()
      let result = write(piece)
      monitor.lock()
      isWriting = false
      error = result
      free.append(piece.buffer)
      monitor.wakeAll()
    }
    monitor.unlock()
  }

  /// 0, or why the piece cannot be written.
  private func write(_ piece: Piece) -> Int32 {
    var done = 0
    while done < piece.count {
      let isWhole = (piece.position + done) % DirectOutput.page == 0 && piece.count % DirectOutput.page == 0
      setDirect(isWhole && !isRefused)
      let written = Glibc.write(descriptor, piece.buffer + done, piece.count - done)
      if written >= 0 {
        done += written
        continue
      }
      switch errno {
      case EINTR: continue
      case EINVAL where flags & directFlag != 0: isRefused = true
      case let error: return error
      }
    }
    return 0
  }

  private func setDirect(_ isDirect: Bool) {
    let wanted = isDirect ? flags | directFlag : flags & ~directFlag
    if wanted == flags { return }
    if fcntl(descriptor, F_SETFL, wanted) == 0 { flags = wanted } else if isDirect { isRefused = true }
  }
}

/// `O_DIRECT` as Linux has it; C's headers show it to GNU programs only.
#if arch(arm) || arch(arm64)
  private let directFlag: Int32 = 0x10000
#else
  private let directFlag: Int32 = 0x4000
#endif
