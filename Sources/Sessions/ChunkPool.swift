/// Memory for bodies in small equal pieces: sessions grow without copying, and what one gives back fits every other.
final class ChunkPool {
  static let size = 512
  /// What a chunk holds besides its link.
  static let room = size - MemoryLayout<UnsafeMutableRawPointer?>.stride
  private static let perSlab = 128

  typealias Chunk = UnsafeMutableRawPointer

  @exclusivity(unchecked) private var free: Chunk?
  @exclusivity(unchecked) private(set) var inUse = 0
  private var slabs: [UnsafeMutableRawPointer] = []

  deinit { for slab in slabs { slab.deallocate() } }

  /// A chunk whose link is nil.
  @inline(__always)
  func take() -> Chunk {
    let chunk = free ?? refill()
    free = ChunkPool.next(chunk)
    ChunkPool.link(chunk, to: nil)
    inUse &+= 1
    return chunk
  }

  /// Gives back a chain of `count` chunks.
  func give(_ first: Chunk, last: Chunk, count: Int) {
    ChunkPool.link(last, to: free)
    free = first
    inUse -= count
  }

  @inline(never)
  private func refill() -> Chunk {
    let slab = UnsafeMutableRawPointer.allocate(byteCount: ChunkPool.size * ChunkPool.perSlab, alignment: 64)
    slabs.append(slab)
    for index in 0..<ChunkPool.perSlab {
      let next = index + 1 < ChunkPool.perSlab ? slab + (index + 1) * ChunkPool.size : nil
      ChunkPool.link(slab + index * ChunkPool.size, to: next)
    }
    return slab
  }

  @inline(__always) static func next(_ chunk: Chunk) -> Chunk? { chunk.load(as: Chunk?.self) }
  @inline(__always) static func link(_ chunk: Chunk, to next: Chunk?) { chunk.storeBytes(of: next, as: Chunk?.self) }
  @inline(__always) static func bytes(_ chunk: Chunk) -> Chunk { chunk + MemoryLayout<Chunk?>.stride }
}
