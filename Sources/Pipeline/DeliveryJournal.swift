/// How far a queue of payloads (an outbox, a file of payloads) has been delivered. A payload is known by the byte at
/// which its line begins.
public struct DeliveryProgress: Sendable, Equatable {
  /// Every payload that begins before this byte is acknowledged or dead.
  public var prefix: Int
  /// Payloads behind `prefix` that are as well, by where they begin; ascending. Bounded by what is in flight at once.
  public var beyond: [Int]
  /// Payloads and events acknowledged, and given up, since the queue's beginning.
  public var acknowledged: Int
  public var acknowledgedEvents: Int
  public var dead: Int
  public var deadEvents: Int
  /// Length of the dead-letter file up to which it belongs to this progress; what lies behind it is cut off when a run
  /// starts again.
  public var deadLetterLength: Int

  public init(
    prefix: Int = 0, beyond: [Int] = [], acknowledged: Int = 0, acknowledgedEvents: Int = 0, dead: Int = 0,
    deadEvents: Int = 0, deadLetterLength: Int = 0
  ) {
    self.prefix = prefix
    self.beyond = beyond
    self.acknowledged = acknowledged
    self.acknowledgedEvents = acknowledgedEvents
    self.dead = dead
    self.deadEvents = deadEvents
    self.deadLetterLength = deadLetterLength
  }
}

/// Remembers what was delivered over the life of a process. Dead letters are synced before they are recorded here.
public protocol DeliveryJournal: AnyObject, Sendable {
  /// What was recorded of a queue; nil if nothing was. Throws a `Diagnostic`.
  func progress(of queue: String) throws -> DeliveryProgress?
  /// Durable when it returns. From any thread. Throws a `Diagnostic`.
  /// - Parameter unconfirmed: what `unconfirmed()` says from now on.
  func record(_ progress: DeliveryProgress, of queue: String, unconfirmed: Int?) throws
  /// Payloads of all queues that were given up since the last one that was taken; nil if none was ever taken.
  func unconfirmed() throws -> Int?
  /// The greatest `deadLetterLength` recorded of any queue that shares the dead-letter file; nil if that is not known,
  /// and there is only one queue.
  func deadLetterLength() throws -> Int?
}

extension DeliveryJournal {
  public func deadLetterLength() throws -> Int? { nil }
}
