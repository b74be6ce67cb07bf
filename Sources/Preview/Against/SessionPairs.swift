public import Pipeline

/// Finds out which sessions split and which merged: events that are the same on both sides are followed until the
/// sessions that they are in have left. Memory follows the open sessions, and sixteen bytes for each that has left.
public final class SessionPairs {
  /// Which mapping a session is of.
  public enum Side: Int, Sendable { case old, new }

  /// A session whose events lie in several of the other side.
  struct Sample: Sendable {
    var id: String
    /// Milliseconds of its first event.
    var start: Int64
    var events: Int
  }

  private var open: [[UUID: Int]] = [[:], [:]]
  private var pairs: [(old: Int32, new: Int32)] = []
  private var free: [Int] = []
  /// Of each session the first one of the other side that it shares an event with; -1 for none, -2 if there are several.
  private var partner: [[Int32]] = [[], []]
  private(set) var split = 0
  private(set) var merged = 0
  private(set) var samples: [[Sample]] = [[], []]
  private var recent: [[Int32: Sample]] = [[:], [:]]
  private static let keptSamples = 5

  public init() {}

  /// Sessions that have left.
  func count(_ side: Side) -> Int { partner[side.rawValue].count }

  /// The same event on both sides.
  func expect(old: UUID, new: UUID) {
    // Of byte-identical records only the first is followed: the ids of the others are made later.
    guard open[0][old] == nil, open[1][new] == nil else { return }
    let pair: Int
    if let reused = free.popLast() {
      pair = reused
      pairs[pair] = (-1, -1)
    } else {
      pair = pairs.count
      pairs.append((-1, -1))
    }
    open[0][old] = pair
    open[1][new] = pair
  }

  fileprivate func session(_ side: Side, _ sample: @autoclosure () -> Sample) -> Int32 {
    let number = Int32(truncatingIfNeeded: partner[side.rawValue].count)
    partner[side.rawValue].append(-1)
    // What samples are made of, of the last few sessions only.
    recent[side.rawValue][number] = sample()
    if recent[side.rawValue].count > 20_000 {
      let limit = number - 10_000
      recent[side.rawValue] = recent[side.rawValue].filter { $0.key > limit }
    }
    return number
  }

  fileprivate func left(_ side: Side, _ event: UUID, in session: Int32) {
    guard let pair = open[side.rawValue].removeValue(forKey: event) else { return }
    if side == .old { pairs[pair].old = session } else { pairs[pair].new = session }
    guard pairs[pair].old >= 0, pairs[pair].new >= 0 else { return }
    if join(.old, pairs[pair].old, pairs[pair].new) { split += 1 }
    if join(.new, pairs[pair].new, pairs[pair].old) { merged += 1 }
    free.append(pair)
  }

  /// Whether this is the session's second partner.
  private func join(_ side: Side, _ session: Int32, _ other: Int32) -> Bool {
    switch partner[side.rawValue][Int(session)] {
    case -1:
      partner[side.rawValue][Int(session)] = other
      return false
    case -2, other: return false
    default:
      partner[side.rawValue][Int(session)] = -2
      if samples[side.rawValue].count < SessionPairs.keptSamples, let sample = recent[side.rawValue][session] {
        samples[side.rawValue].append(sample)
      }
      return true
    }
  }
}

/// Takes one side's payloads and tells `SessionPairs` which events left in which session.
public final class SessionTap: PayloadWriter {
  private let pairs: SessionPairs
  private let side: SessionPairs.Side
  private var current: (id: UUID, number: Int32)?
  private(set) var payloads = 0
  private(set) var sessions = 0

  public init(_ pairs: SessionPairs, _ side: SessionPairs.Side) {
    self.pairs = pairs
    self.side = side
  }

  public func finish() throws {}
  public func abandon() {}

  public func write(_ payload: UnsafeBufferPointer<UInt8>) throws {
    payloads += 1
    let at = PayloadTally.find("},\"session\":{\"id\":\"", payload, from: 0) + 19
    guard at >= 19, at + 96 < payload.count, let base = payload.baseAddress, let id = SessionTap.identity(base + at)
    else { return }
    let events = PayloadTally.find("\"events\":[", payload, from: at) + 10
    guard events >= 10 else { return }
    var ids: [UUID] = []
    var from = events
    while true {
      let found = PayloadTally.find("{\"id\":\"", payload, from: from)
      guard found >= 0, found + 7 + 36 + 8 < payload.count else { break }
      from = found + 7
      let isEvent = payload[found + 43] == UInt8(ascii: "\"") && payload[found + 44] == UInt8(ascii: ",")
      if isEvent, let event = SessionTap.identity(base + found + 7) { ids.append(event) }
    }
    let number: Int32
    if let current, current.id == id {
      number = current.number
    } else {
      sessions += 1
      number = pairs.session(
        side, SessionPairs.Sample(id: id.text, start: PayloadTally.time(base + at + 60), events: ids.count))
      current = (id, number)
    }
    for event in ids { pairs.left(side, event, in: number) }
  }

  /// 36 characters that we wrote; nil if these are others.
  static func identity(_ at: UnsafePointer<UInt8>) -> UUID? {
    var halves: (UInt64, UInt64) = (0, 0)
    var digits = 0
    for index in 0..<36 {
      let byte = at[index]
      if index == 8 || index == 13 || index == 18 || index == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let value: UInt8
      switch byte {
      case 0x30...0x39: value = byte - 0x30
      case 0x61...0x66: value = byte - 0x57
      default: return nil
      }
      if digits < 16 { halves.0 = halves.0 << 4 | UInt64(value) } else { halves.1 = halves.1 << 4 | UInt64(value) }
      digits += 1
    }
    return UUID(high: halves.0, low: halves.1)
  }
}
