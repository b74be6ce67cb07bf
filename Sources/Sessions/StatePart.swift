/// The kinds of parts that mode `stream` keeps in the state, under the names that stand there.
enum StatePart {
  /// An open session each.
  static let session: StaticString = "session"
  /// Sessions that wait for others of their closing time.
  static let closing: StaticString = "closing"
  /// An input's clock each, and what is held until it is believed.
  static let clock: StaticString = "clock"
  /// Events that wait for their order.
  static let waiting: StaticString = "waiting"
  /// Counters of byte-identical records.
  static let ordinals: StaticString = "ordinals"
  /// Ids of the events of the last while.
  static let seen: StaticString = "seen"
  /// Where the `Sessionizer` stands.
  static let sessionizer: StaticString = "sessions"

  static let all = [session, closing, clock, waiting, ordinals, seen, sessionizer]
}
