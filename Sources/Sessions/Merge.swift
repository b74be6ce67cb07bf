internal import Pipeline

/// Merges the inputs' reorder buffers by (effective time, input, arrival).
final class Merge {
  private struct Front: BitwiseCopyable, HeapOrdered {
    var time: Int64
    var input: Int

    @inline(__always)
    static func precedes(_ a: Front, _ b: Front) -> Bool { a.time != b.time ? a.time < b.time : a.input < b.input }
  }

  let inputs: [InputClock]
  // What follows is told of every change (`note`), so that a block costs no look at all inputs: there may be thousands.
  private var floors: LeastTimes
  private var heads: LeastTimes
  /// Held events of inputs that have ended.
  private var held: LeastTimes
  /// Nil where an input that has ended will not grow.
  private var succession: Succession?
  /// The latest clock.
  private(set) var latest = Int64.min
  private var heap = BinaryHeap<Front>()
  private var ready: [Int] = []

  /// - Parameter disorder: where inputs that have ended may grow until the next run. Such an input is waited for only as
  ///   long as no other one begins about where it ended and has gone further, as a log does that took its place; nothing
  ///   is released on account of inputs alone that are done with.
  init(_ inputs: [InputClock], growingWithin disorder: Int64?) {
    self.inputs = inputs
    floors = LeastTimes(count: inputs.count)
    heads = floors
    held = floors
    succession = disorder.map { Succession(inputs, disorder: $0) }
    for input in inputs { note(input) }
  }

  /// Looks at what has become of an input: its clock, what waits and what is held, whether it has ended. O(log inputs).
  func note(_ input: InputClock) {
    latest = max(latest, input.clock)
    floors.set(input.floor, at: input.index)
    noteHead(of: input)
    let isHeldAtEnd = input.hasEnded || input.isFinished
    held.set(isHeldAtEnd ? input.held.lazy.map(\.time).min() ?? LeastTimes.none : LeastTimes.none, at: input.index)
    succession?.advance(input)
  }

  private func noteHead(of input: InputClock) {
    heads.set(input.waiting.head?.effective ?? LeastTimes.none, at: input.index)
  }

  /// Everything before this time has come, and waits or has been processed.
  func watermark() -> Int64 {
    guard let succession else { return floors.least }
    while floors.least != LeastTimes.none {
      let index = floors.leastIndex
      guard succession.isSucceeded(inputs[index]) else { return floors.least }
      // It stays so: others only go further, and `note` looks again if its own end moves.
      floors.set(LeastTimes.none, at: index)
    }
    return Int64.min
  }

  /// Inputs that have ended and hold an event of before a time.
  func holding(before time: Int64) -> [InputClock] {
    guard held.least < time else { return [] }
    var indices: [Int] = []
    held.collect(before: time, into: &indices)
    return indices.map { inputs[$0] }
  }

  /// How far ahead an event is announced: long enough for its session to come from memory.
  private static let notice = 4

  /// Hands over all events before `watermark`, in order, and removes them. With each goes one that will probably come
  /// soon, so that what it needs can be fetched meanwhile.
  func release(before watermark: Int64, to handle: (_ entry: Waiting, _ soon: Waiting?) throws -> Void) rethrows {
    ready.removeAll(keepingCapacity: true)
    heads.collect(before: watermark, into: &ready)
    defer { for index in ready { noteHead(of: inputs[index]) } }
    heap.removeAll(keepingCapacity: true)
    for index in ready { heap.insert(Front(time: heads.time(at: index), input: index)) }
    while let front = heap.first {
      let input = inputs[front.input]
      // As long as this input comes before the others, no heap is asked.
      let next = heap.second
      let own = input.index
      var last: Int64?
      while let entry = input.waiting.head {
        if entry.effective >= watermark { break }
        if let next, Front.precedes(next, Front(time: entry.effective, input: own)) {
          last = entry.effective
          break
        }
        input.waiting.removeHead()
        try handle(entry, input.waiting.queued(behind: Merge.notice))
      }
      if let last { heap.replaceFirst(with: Front(time: last, input: own)) } else { heap.removeFirst() }
    }
  }
}
