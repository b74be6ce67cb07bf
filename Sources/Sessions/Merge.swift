internal import Pipeline

/// Merges the inputs' reorder buffers by (effective time, input, arrival).
final class Merge {
  private struct Front: BitwiseCopyable {
    var time: Int64
    var input: Int

    static func < (a: Front, b: Front) -> Bool { a.time != b.time ? a.time < b.time : a.input < b.input }
  }

  let inputs: [InputClock]
  /// Inputs that have not ended, or whose events wait or are held.
  private(set) var active: [InputClock]
  private var heap: [Front] = []

  init(_ inputs: [InputClock]) {
    self.inputs = inputs
    active = inputs
  }

  /// Waits for an input that had seemed to be at its end.
  func reopen(_ input: InputClock) {
    input.isFinished = false
    if !active.contains(where: { $0 === input }) { active.append(input) }
  }

  /// Everything before this time has come, and waits or has been processed.
  var watermark: Int64 {
    var mark = Int64.max
    for input in active { mark = min(mark, input.floor) }
    return mark
  }

  /// The same where inputs that have ended may grow until the next run. Such an input is waited for only as long as no
  /// other one begins about where it ended and has gone further, as a log does that took its place; nothing is released
  /// on account of inputs alone that are done with.
  func watermark(disorder: Int64) -> Int64 {
    var mark = Int64.max
    for input in active where !isSucceeded(input, disorder) { mark = min(mark, input.floor) }
    return mark == Int64.max ? Int64.min : mark
  }

  private func isSucceeded(_ input: InputClock, _ disorder: Int64) -> Bool {
    guard input.hasEnded, let end = input.end else { return false }
    // Not mutual: who has gone further is never succeeded by who has not.
    return inputs.contains { other in
      guard let first = other.firstTime, first >= end &- disorder else { return false }
      return (other.clock, other.index) > (end, input.index)
    }
  }

  /// How far ahead an event is announced: long enough for its session to come from memory.
  private static let notice = 4

  /// Hands over all events before `watermark`, in order, and removes them. With each goes one that will probably come
  /// soon, so that what it needs can be fetched meanwhile.
  func release(before watermark: Int64, to handle: (_ entry: Waiting, _ soon: Waiting?) throws -> Void) rethrows {
    heap.removeAll(keepingCapacity: true)
    for input in active {
      if let head = input.waiting.head, head.effective < watermark {
        push(Front(time: head.effective, input: input.index))
      }
    }
    while !heap.isEmpty {
      let input = inputs[heap[0].input]
      // As long as this input comes before the others, no heap is asked.
      let next = heap.count == 1 ? nil : heap.count == 2 || heap[1] < heap[2] ? heap[1] : heap[2]
      let own = input.index
      var last: Int64?
      while let entry = input.waiting.head {
        if entry.effective >= watermark { break }
        if let next, next < Front(time: entry.effective, input: own) {
          last = entry.effective
          break
        }
        input.waiting.removeHead()
        try handle(entry, input.waiting.queued(behind: Merge.notice))
      }
      if let last { replace(Front(time: last, input: own)) } else { pop() }
    }
    active.removeAll { $0.isFinished && $0.waiting.isEmpty && $0.held.isEmpty }
  }

  private func push(_ front: Front) {
    heap.append(front)
    var at = heap.count - 1
    while at > 0, front < heap[(at - 1) / 2] {
      heap[at] = heap[(at - 1) / 2]
      at = (at - 1) / 2
    }
    heap[at] = front
  }

  private func pop() {
    let moved = heap.removeLast()
    if !heap.isEmpty { replace(moved) }
  }

  /// Puts `front` in the first's place.
  private func replace(_ front: Front) {
    var at = 0
    while true {
      var child = 2 * at + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < front else { break }
      heap[at] = heap[child]
      at = child
    }
    heap[at] = front
  }
}
