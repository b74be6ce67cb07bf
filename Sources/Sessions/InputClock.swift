internal import Pipeline

/// One input of the run: its clock, what waits in its reorder buffer, and the guard against times far ahead.
final class InputClock {
  private static let day: Int64 = 24 * 3_600_000
  /// Events at or after it that make a held event believable.
  static let confirmations = 3
  /// Events held at once, and bytes of their records; beyond, the first is believed.
  static let heldLimit = 256
  static let heldBytes = 8 << 20

  /// An event that is not yet believed, with what its reject would say.
  struct Held {
    var time: Int64
    var block: UInt32
    var index: UInt32
    var confirmations = 0
    /// Absolute in the input.
    var line: Int
    var number: Int
    var offset: Int
    var raw: [UInt8]
  }

  let index: Int
  /// What the state knows the input by.
  let id: Int64
  let waiting = ReorderBuffer()
  @exclusivity(unchecked) var isFinished: Bool
  /// Whether it was read to its end, though a later run may find it grown.
  var hasEnded = false
  /// Whether this run has read an event of it.
  var hasGrown = false
  /// The latest believed time; `Int64.min` before the first.
  @exclusivity(unchecked) var clock = Int64.min
  @exclusivity(unchecked) var sequence: UInt64 = 0
  @exclusivity(unchecked) var held: [Held] = []
  /// Clock and sequence as the state has them, unless it has held events as well.
  var saved: (clock: Int64, sequence: UInt64)?
  /// Lines and records before the current block.
  var lines: Int
  var records: Int

  /// An event more than this ahead of its input's clock is not believed until others follow: 24 hours, or the disorder
  /// if that is more.
  let horizon: Int64
  let firstTime: Int64?
  private let disorder: Int64

  init(index: Int, input: InputDescription, disorder: Int64) {
    self.index = index
    id = input.id ?? Int64(index)
    lines = input.linesBefore
    records = input.recordsBefore
    self.disorder = disorder
    horizon = max(disorder, InputClock.day)
    firstTime = input.firstTime
    // An empty file promises nothing and need not be waited for.
    isFinished = input.size == 0 || input.isAtRest
  }

  /// Whether the state has all of this but what waits.
  var isSaved: Bool {
    guard let saved, held.isEmpty else { return false }
    return saved == (clock, sequence)
  }

  /// Whether more is held than should be.
  var holdsTooMuch: Bool {
    held.count > InputClock.heldLimit || held.reduce(0) { $0 + $1.raw.count } > InputClock.heldBytes
  }

  /// No event of this input will be processed before this time any more, unless its first record's time was wrong.
  var floor: Int64 {
    if isFinished { return Int64.max }
    if clock != Int64.min { return clock &- disorder }
    return firstTime.map { $0 &- disorder } ?? Int64.min
  }

  /// Where it stands: the latest believed time, or the latest that is held before one is; nil before the first event.
  var end: Int64? { clock != Int64.min ? clock : held.lazy.map(\.time).max() }

  /// Up to where times are believed at once.
  @inline(__always)
  var believed: Int64 {
    clock == Int64.min ? Int64.min : min(clock &+ horizon, CalendarTime.range.upperBound)
  }

  /// Takes a believed event into the reorder buffer.
  @inline(__always)
  func add(_ time: Int64, block: UInt32, index: UInt32) {
    if time > clock { clock = time }
    waiting.add(Waiting(effective: time, sequence: sequence, block: block, position: index))
    sequence &+= 1
  }

  /// Takes an event later than the disorder, and places it just before the watermark, so that it is released at once:
  /// however many are late, they do not pile up.
  func addLate(block: UInt32, index: UInt32) {
    waiting.add(
      Waiting(effective: clock &- disorder &- 1, sequence: sequence, block: block, position: index | Waiting.lateBit))
    sequence &+= 1
  }
}
