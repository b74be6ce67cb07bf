internal import Pipeline

/// The mapped blocks whose events still wait, each under a number that a `Waiting` can carry. A block goes back to its
/// owner when none of its events waits any more.
final class BlockTable {
  struct Slot {
    var events: UnsafeMutablePointer<Event>
    var text: UnsafeMutablePointer<UInt8>
    var waiting: Int
  }

  @exclusivity(unchecked) private(set) var slots: UnsafeMutablePointer<Slot>
  private var capacity = 16
  private var used = 0
  private var free: [UInt32] = []
  private var blocks: [MappedBlock?] = []
  private let recycle: (MappedBlock) -> Void

  init(recycle: @escaping (MappedBlock) -> Void) {
    self.recycle = recycle
    slots = .allocate(capacity: capacity)
  }

  deinit { slots.deallocate() }

  /// Takes a block with all its events; the caller calls `leave` once for each of them and once more when it has gone
  /// through the block.
  func enter(_ block: MappedBlock) -> UInt32 {
    let slot = Slot(events: block.events, text: block.text.base, waiting: block.count + 1)
    block.pending = slot.waiting
    if let number = free.popLast() {
      slots[Int(number)] = slot
      blocks[Int(number)] = block
      return number
    }
    if used == capacity {
      let grown = UnsafeMutablePointer<Slot>.allocate(capacity: capacity * 2)
      grown.moveInitialize(from: slots, count: used)
      slots.deallocate()
      slots = grown
      capacity *= 2
    }
    (slots + used).initialize(to: slot)
    blocks.append(block)
    used += 1
    return UInt32(truncatingIfNeeded: used - 1)
  }

  /// One event of the block is no longer waiting.
  @inline(__always)
  func leave(_ number: UInt32) {
    slots[Int(number)].waiting &-= 1
    if slots[Int(number)].waiting == 0 { giveBack(number) }
  }

  @inline(never)
  private func giveBack(_ number: UInt32) {
    guard let block = blocks[Int(number)] else { return }
    blocks[Int(number)] = nil
    free.append(number)
    block.pending = 0
    recycle(block)
  }
}
