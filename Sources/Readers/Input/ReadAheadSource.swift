internal import Glibc
public import Pipeline

/// Reads a source on a thread of its own, a few buffers ahead, so that inflating overlaps with what is done to the
/// bytes. The thread ends when the source does, or soon after this object goes; nobody waits for it, since it may be
/// waiting for a pipe that stays silent, and it keeps alive what it uses.
public final class ReadAheadSource: FragileSource {
  private let ring: Ring
  private var thread = pthread_t()
  private let isThreaded: Bool
  private let direct: any ByteSource
  private var current: Ring.Buffer?
  private var given = 0
  public private(set) var consumed = 0
  public private(set) var damage: Reject?

  /// - Parameter source: used by the other thread from now on.
  public init(_ source: any ByteSource, buffers: Int = 4, size: Int = 256 * 1024) {
    ring = Ring(source, buffers: max(buffers, 2), size: size)
    direct = source
    isThreaded =
      pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Ring>.fromOpaque(argument).takeRetainedValue().run() }
          return nil
        }, Unmanaged.passRetained(ring).toOpaque()) == 0
    if isThreaded { pthread_detach(thread) } else { Unmanaged.passUnretained(ring).release() }
  }

  deinit { ring.stop() }

  public func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    guard isThreaded else {
      defer {
        consumed = direct.consumed
        damage = direct.reportedDamage
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
      damage = buffer.damage
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
    var damage: Reject?

    init(size: Int) {
      self.size = size
      base = .allocate(byteCount: size, alignment: 4096)
    }

    deinit { base.deallocate() }
  }

  private let source: any ByteSource
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var empty: [Buffer] = []
  private var full: [Buffer] = []
  private var isStopped = false

  init(_ source: any ByteSource, buffers: Int, size: Int) {
    self.source = source
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    changed = .allocate(capacity: 1)
    changed.initialize(to: pthread_cond_t())
    pthread_cond_init(changed, nil)
    for _ in 0..<buffers { empty.append(Buffer(size: size)) }
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    mutex.deallocate()
    changed.deallocate()
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
      if isEnd { buffer.damage = source.reportedDamage }
      let error = buffer.error
      put(buffer) { $0.full.append($1) }
      guard isEnd else { continue }
      // What was read before an error is delivered first.
      if buffer.count > 0, let last = wait({ $0.empty.popLast() }) {
        last.count = 0
        last.consumed = source.consumed
        last.error = error
        last.damage = source.reportedDamage
        put(last) { $0.full.append($1) }
      }
      return
    }
  }

  func take() -> Buffer? { wait { $0.full.isEmpty ? nil : $0.full.removeFirst() } }
  func give(_ buffer: Buffer) { put(buffer) { $0.empty.append($1) } }

  func stop() {
    pthread_mutex_lock(mutex)
    isStopped = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  /// Waits until there is one; nil once stopped.
  private func wait(_ get: (Ring) -> Buffer?) -> Buffer? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !isStopped {
      if let buffer = get(self) { return buffer }
      pthread_cond_wait(changed, mutex)
    }
    return nil
  }

  private func put(_ buffer: Buffer, _ add: (Ring, Buffer) -> Void) {
    pthread_mutex_lock(mutex)
    add(self, buffer)
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }
}
