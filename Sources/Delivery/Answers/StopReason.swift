internal import Pipeline

extension DeliveryStop {
  /// What a run that stops says. The last answer is quoted; the receiver's own words say most.
  /// - Parameter refused: payloads since the last that was taken.
  func diagnostic(host: String, answer: Reply, window: String, refused: Int) -> Diagnostic {
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
        "D307", "\(host) cannot be reached as things are set: \(answer.text)",
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
