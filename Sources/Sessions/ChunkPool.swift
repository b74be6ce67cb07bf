internal import CProcessor
internal import Glibc

/// Memory for bodies in small equal pieces: sessions grow without copying, and what one gives back fits every other.
///
/// Chunks are numbered; the chains that bodies make of them are kept in a table apart, small enough for the cache, so
/// that walking a chain does not wait for each chunk's memory in turn.
final class ChunkPool {
  static let size = 512
  static let none = UInt32.max
  private static let shift = 12
  private static let perSlab = 1 << shift

  @exclusivity(unchecked) private var slabs: UnsafeMutablePointer<UnsafeMutableRawPointer>
  @exclusivity(unchecked) private var slabCount = 0
  @exclusivity(unchecked) private var slabCapacity = 64
  @exclusivity(unchecked) private var links: UnsafeMutablePointer<UInt32>
  @exclusivity(unchecked) private var free = none
  /// Chunks from here on have never been used; their memory has not been touched.
  @exclusivity(unchecked) private var fresh: UInt32 = 0
  @exclusivity(unchecked) private(set) var inUse = 0

  init() {
    slabs = .allocate(capacity: slabCapacity)
    links = .allocate(capacity: slabCapacity << ChunkPool.shift)
  }

  deinit {
    for index in 0..<slabCount { slabs[index].deallocate() }
    slabs.deallocate()
    links.deallocate()
  }

  /// The `size` bytes of a chunk. Bounds: numbers come from `take` only.
  @inline(__always)
  func bytes(_ chunk: UInt32) -> UnsafeMutableRawPointer {
    slabs[Int(chunk) >> ChunkPool.shift] + (Int(chunk) & (ChunkPool.perSlab - 1)) * ChunkPool.size
  }

  @inline(__always) func next(_ chunk: UInt32) -> UInt32 { links[Int(chunk)] }
  @inline(__always) func link(_ chunk: UInt32, to next: UInt32) { links[Int(chunk)] = next }

  /// Has a chunk's `bytes` on their way into the cache by the time that they are read.
  @inline(__always)
  func expect(_ chunk: UInt32, _ count: Int) {
    guard chunk != ChunkPool.none else { return }
    let start = bytes(chunk)
    var line = 0
    while line < min(count, ChunkPool.size) {
      prefetch(start + line)
      line &+= 64
    }
  }

  /// A chunk linked to none.
  @inline(__always)
  func take() -> UInt32 {
    var chunk = free
    if chunk != ChunkPool.none {
      free = links[Int(chunk)]
    } else {
      if Int(fresh) == slabCount << ChunkPool.shift { addSlab() }
      chunk = fresh
      fresh &+= 1
    }
    links[Int(chunk)] = ChunkPool.none
    inUse &+= 1
    return chunk
  }

  /// Gives back a chain of `count` chunks.
  func give(_ first: UInt32, last: UInt32, count: Int) {
    links[Int(last)] = free
    free = first
    inUse &-= count
  }

  @inline(never)
  private func addSlab() {
    if slabCount == slabCapacity {
      let grown = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: slabCapacity * 2)
      grown.moveInitialize(from: slabs, count: slabCount)
      slabs.deallocate()
      slabs = grown
      let all = UnsafeMutablePointer<UInt32>.allocate(capacity: (slabCapacity * 2) << ChunkPool.shift)
      all.moveInitialize(from: links, count: slabCount << ChunkPool.shift)
      links.deallocate()
      links = all
      slabCapacity *= 2
    }
    let bytes = ChunkPool.perSlab * ChunkPool.size
    let slab = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: bytes)
    // Chunks are visited in no order: with small pages each would cost a walk of the page tables.
    if slabCount > 0 { madvise(slab, bytes, MADV_HUGEPAGE) }
    (slabs + slabCount).initialize(to: slab)
    slabCount += 1
  }
}
