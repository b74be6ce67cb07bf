/// Refusals that nothing has confirmed yet. One is believed to be about its payload when another payload is taken after
/// it; many in a row are about the settings.
struct Refusals {
  struct Refusal {
    /// Why to stop if it is not about the payload.
    var doubt: DeliveryStop
    var reply: Reply
  }

  /// So many payloads in a row, refused without one that was taken, are about the settings.
  static let mostInRow = 20

  private var acknowledgements = 0
  /// Payloads refused since the last that was taken.
  private(set) var inRow = 0
  /// Those of them, and of the runs before, that were given up; nil as long as nothing was ever taken.
  var unconfirmed: Int?
  /// Of the queue at work: what was refused, with nothing left to send, since the last that was taken.
  private(set) var heldBack: [Parcel] = []
  private(set) var last: Refusal?

  /// Whether this run has seen a payload taken.
  var isAnyAcknowledged: Bool { acknowledgements > 0 }

  /// - Returns: whether there are so many now that the settings must be at fault.
  mutating func add(_ refusal: Refusal, of parcel: Parcel) -> Bool {
    if !isPending(parcel) { inRow += 1 }
    parcel.verdictAt = acknowledgements
    // One that speaks of the settings counts for all since the last that was taken.
    if last == nil || refusal.doubt != .nothingAccepted { last = refusal }
    return inRow >= Refusals.mostInRow
  }

  /// Whether it was refused, and nothing has been taken since.
  func isPending(_ parcel: Parcel) -> Bool { parcel.verdictAt == acknowledgements }

  mutating func holdBack(_ parcel: Parcel) { heldBack.append(parcel) }

  /// A payload, or a part of one, was taken: the refusals before were about their payloads.
  /// - Returns: those that were held back.
  mutating func confirm() -> [Parcel] {
    acknowledgements += 1
    inRow = 0
    unconfirmed = 0
    last = nil
    defer { heldBack = [] }
    return heldBack
  }

  /// Whether those that are held back may be given up although nothing comes after them. A few are believed after others
  /// were taken, be it in an earlier run; but not many, or run after run a wrong setting would give everything up, and
  /// not such as speak of the settings.
  var areBelievable: Bool {
    guard let last, last.doubt == .nothingAccepted, let unconfirmed else { return false }
    return unconfirmed + heldBack.count < Refusals.mostInRow
  }

  /// Those that are held back were given up unconfirmed.
  mutating func believe() {
    unconfirmed = unconfirmed.map { $0 + heldBack.count }
    heldBack = []
  }

  /// The queue is left, with what is held back of it.
  mutating func leaveQueue() {
    heldBack = []
    last = nil
  }
}
