/// Bump allocation for what lives as long as one batch. Chunks are kept and used again.
public final class Arena {
  private var chunks: [(base: UnsafeMutableRawPointer, size: Int)] = []
  private var current = -1
  @exclusivity(unchecked) private var next: UnsafeMutableRawPointer
  @exclusivity(unchecked) private var end: UnsafeMutableRawPointer
  private let chunkSize: Int
  nonisolated(unsafe) private static let nowhere = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)

  /// - Parameter chunkSize: bytes taken from the system at a time; nothing is taken before the first `allocate`.
  public init(chunkSize: Int = 16 * 1024) {
    self.chunkSize = chunkSize
    next = Arena.nowhere
    end = Arena.nowhere
  }

  deinit { for chunk in chunks { chunk.base.deallocate() } }

  /// `size` uninitialised bytes, aligned to 16, valid until `reset`.
  public func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    let rounded = (size + 15) & ~15
    if next + rounded > end { advance(rounded) }
    let result = next
    next += rounded
    return result
  }

  /// `count` uninitialised bytes, valid until `reset`.
  public func allocateBytes(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    allocate(count).assumingMemoryBound(to: UInt8.self)
  }

  private func advance(_ size: Int) {
    current += 1
    while current < chunks.count, chunks[current].size < size { current += 1 }
    if current >= chunks.count {
      let bytes = max(chunkSize, size)
      chunks.append((UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16), bytes))
      current = chunks.count - 1
    }
    next = chunks[current].base
    end = next + chunks[current].size
  }

  /// Ends what was allocated; most of the memory is kept for what comes.
  public func reset() {
    // One record of megabytes must not keep its memory for the rest of the run.
    if chunks.count > 4 {
      for chunk in chunks[4...] { chunk.base.deallocate() }
      chunks.removeSubrange(4...)
    }
    for index in chunks.indices where chunks[index].size > 64 * chunkSize {
      chunks[index].base.deallocate()
      chunks[index] = (UnsafeMutableRawPointer.allocate(byteCount: chunkSize, alignment: 16), chunkSize)
    }
    current = chunks.isEmpty ? -1 : 0
    next = chunks.first?.base ?? Arena.nowhere
    end = chunks.first.map { $0.base + $0.size } ?? Arena.nowhere
  }
}
