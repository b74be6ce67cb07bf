internal import Glibc
public import Pipeline

/// Reads a source on a thread of its own, a few buffers ahead, so that inflating overlaps with what is done to the
/// bytes. The thread ends when the source does, or soon after this object goes; nobody waits for it, since it may be
/// waiting for a pipe that stays silent, and it keeps alive what it uses.
public final class ReadAheadSource: FragileSource {
  private let ring: Ring
  private let isThreaded: Bool
  private let direct: any ByteSource
  private var current: Ring.Buffer?
  private var given = 0
  public private(set) var consumed = 0
  public private(set) var ending = SourceEnd.whole

  /// - Parameter source: used by the other thread from now on.
  public init(_ source: any ByteSource, buffers: Int = 4, size: Int = 256 * 1024) {
    let ring = Ring(source, buffers: max(buffers, 2), size: size)
    self.ring = ring
    direct = source
    let thread = WorkerThread { ring.run() }
    thread?.detach()
    isThreaded = thread != nil
  }

  deinit { ring.stop() }

  public func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard isThreaded else {
      defer {
        consumed = direct.consumed
        ending = direct.reportedEnd
      }
      return try direct.read(into: target)
    }
    if current == nil {
      current = ring.take()
      given = 0
    }
    guard let buffer = current else { return 0 }
    if buffer.count == 0 {
      // The last one: it stays, so that every further read says the same.
      consumed = buffer.consumed
      ending = buffer.ending
      if let error = buffer.error { throw error }
      return 0
    }
    let count = min(target.count, buffer.count - given)
    target.copyMemory(from: UnsafeRawBufferPointer(start: buffer.base + given, count: count))
    given += count
    if given == buffer.count {
      consumed = buffer.consumed
      current = nil
      ring.give(buffer)
    }
    return count
  }
}

/// The buffers on their way between the two threads.
private final class Ring: @unchecked Sendable {
  final class Buffer {
    let base: UnsafeMutableRawPointer
    let size: Int
    var count = 0
    var consumed = 0
    var error: (any Error)?
    var ending = SourceEnd.whole

    init(size: Int) {
      self.size = size
      base = .allocate(byteCount: size, alignment: 4096)
    }

    deinit { base.deallocate() }
  }

  private let source: any ByteSource
  private let monitor = Monitor()
  private var empty: [Buffer] = []
  private var full: [Buffer] = []
  private var isStopped = false

  init(_ source: any ByteSource, buffers: Int, size: Int) {
    self.source = source
    for _ in 0..<buffers { empty.append(Buffer(size: size)) }
  }

  /// The other thread's whole life.
  func run() {
    while let buffer = wait({ $0.empty.popLast() }) {
      buffer.count = 0
      do {
        while buffer.count < buffer.size {
          let rest = UnsafeMutableRawBufferPointer(start: buffer.base + buffer.count, count: buffer.size - buffer.count)
          let count = try source.read(into: rest)
          if count == 0 { break }
          buffer.count += count
        }
      } catch {
        buffer.error = error
      }
      buffer.consumed = source.consumed
      let isEnd = buffer.count < buffer.size
      if isEnd { buffer.ending = source.reportedEnd }
      let error = buffer.error
      put(buffer) { $0.full.append($1) }
      guard isEnd else { continue }
      // What was read before an error is delivered first.
      if buffer.count > 0, let last = wait({ $0.empty.popLast() }) {
        last.count = 0
        last.consumed = source.consumed
        last.error = error
        last.ending = source.reportedEnd
        put(last) { $0.full.append($1) }
      }
      return
    }
  }

  func take() -> Buffer? { wait { $0.full.isEmpty ? nil : $0.full.removeFirst() } }
  func give(_ buffer: Buffer) { put(buffer) { $0.empty.append($1) } }

  func stop() {
    monitor.lock()
    isStopped = true
    monitor.wakeAll()
    monitor.unlock()
  }

  /// Waits until there is one; nil once stopped.
  private func wait(_ get: (Ring) -> Buffer?) -> Buffer? {
    monitor.lock()
    defer { monitor.unlock() }
    while !isStopped {
      if let buffer = get(self) { return buffer }
      monitor.wait()
    }
    return nil
  }

  private func put(_ buffer: Buffer, _ add: (Ring, Buffer) -> Void) {
    monitor.lock()
    add(self, buffer)
    monitor.wakeAll()
    monitor.unlock()
  }
}
