internal import Pipeline

extension DeliveryStop {
  /// What a run that stops says. The last answer is quoted; the receiver's own words say most.
  /// - Parameter refused: payloads since the last that was taken.
  func diagnostic(host: String, status: Int, text: String, window: String, refused: Int) -> Diagnostic {
    let answer = status > 0 ? "\(status) \(text)" : text
    switch self {
    case .unavailable:
      return Diagnostic(
        "D301", "\(host) has taken nothing for \(window): \(answer)",
        remedy: "nothing was given up; run the same command again when it is back")
    case .refused:
      return Diagnostic(
        "D302", "\(host) refuses: \(answer)",
        remedy: "nothing was given up; check the token (--token-file), the rights, and the address")
    case .wrongSource:
      return Diagnostic(
        "D303", "\(host) does not take this event source: \(answer)",
        remedy:
          "make an enabled source of the bridge REST API with this id, in the mode that you send to (--production "
          + "or staging); nothing was given up")
    case .wrongOrigin:
      return Diagnostic(
        "D304", "the event source is restricted to a site: \(answer)",
        remedy: "use a source without restriction, or add --header 'Origin: https://your.site'; nothing was given up")
    case .staticProfile:
      return Diagnostic(
        "D305", "the event source wants a profile in every payload: \(answer)",
        remedy: "let the mapping name a profile, or switch off static profile ids; nothing was given up")
    case .noTracker:
      return Diagnostic(
        "D306", "there is no tracker at \(host): \(answer)",
        remedy: "--to takes the address of Tracardi's API, to which /track is added; nothing was given up")
    case .misconfigured:
      return Diagnostic(
        "D307", "\(host) cannot be reached as things are set: \(text)",
        remedy: "check --to, --ca-file and --proxy; nothing was given up")
    case .nothingAccepted:
      return Diagnostic(
        "D308",
        refused == 1
          ? "\(host) refused a payload, and took none after it: \(answer)"
          : "\(host) refused \(refused) payloads in a row: \(answer)",
        remedy: "nothing of them was given up; mend what it names and run again")
    }
  }
}

/// When refusals are believed to be about the payloads.
enum Verdicts {
  /// So many payloads in a row, refused without one that was taken, are about the settings.
  static let mostInRow = 20
  /// Failures of its own after which a payload is taken apart, and an event given up.
  static let strikesToHalve = 2
  static let strikesToGiveUp = 5
  /// The same where no answer came at all.
  static let silencesToHalve = 4
  static let silencesToGiveUp = 8
}
