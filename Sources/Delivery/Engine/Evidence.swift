/// Whether the receiver is at fault for a failure, or one payload. A failure counts as a payload's own only if requests
/// of others that began later were acknowledged, and only several of them are believed.
struct Evidence {
  enum Judgement {
    /// It may be the receiver's fault, or has not happened often enough.
    case sendAgain
    case halve
    case giveUp
  }

  /// Failures of its own after which a payload is taken apart, and an event given up.
  private static let strikesToHalve = 2
  private static let strikesToGiveUp = 5
  /// The same where no answer came at all.
  private static let silencesToHalve = 4
  private static let silencesToGiveUp = 8

  /// When the youngest acknowledged request began, and the youngest of another lane: proof that the host was well after
  /// a failure.
  private var latest: (began: UInt64, lane: UInt64) = (0, 0)
  private var other: UInt64 = 0
  private var latestSuspicion: UInt64 = 0

  /// Whether nothing was acknowledged yet that began after the last failure.
  var isMissing: Bool { latest.began < latestSuspicion }

  mutating func acknowledged(began: UInt64, lane: UInt64) {
    if lane == latest.lane {
      latest.began = max(latest.began, began)
    } else if began >= latest.began {
      other = latest.began
      latest = (began, lane)
    } else {
      other = max(other, began)
    }
  }

  /// A request that began then has failed, or repeats one that did.
  mutating func suspect(began: UInt64) { latestSuspicion = max(latestSuspicion, began) }

  /// Counts the last failure of the part that is next as its own, if others prove it, and says what follows.
  func judge(_ parcel: Parcel) -> Judgement {
    guard let at = parcel.parts.indices.last, parcel.parts[at].isSuspect else { return .sendAgain }
    let proof = parcel.lane.key == latest.lane ? other : latest.began
    guard proof >= parcel.parts[at].began else { return .sendAgain }
    parcel.parts[at].strikes += 1
    let part = parcel.parts[at]
    let isDivisible = part.events.count > 1
    let most =
      part.isNoAnswer
      ? isDivisible ? Evidence.silencesToHalve : Evidence.silencesToGiveUp
      : isDivisible ? Evidence.strikesToHalve : Evidence.strikesToGiveUp
    guard part.strikes >= most else { return .sendAgain }
    return isDivisible ? .halve : .giveUp
  }
}
