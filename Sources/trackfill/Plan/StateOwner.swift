import Mapping
import Pipeline
import State

/// Which mapping, ids and kind of run a state belongs to; any other is refused.
enum StateOwner {
  /// - Throws: C102 for another mapping or other ids, C108 for another kind of run.
  static func check(_ folder: StateFolder, _ mapping: MappingPlan, _ plan: ContinuationPlan, _ frame: RunFrame) throws {
    let kind = if case .outbox = plan.destination { "import" } else { "convert" }
    // The salt must not be known from the state, but whether it is the same.
    let probe = Array("state".utf8).withUnsafeBufferPointer {
      Pseudonymizer(salt: mapping.sessions.salt).pseudonym(of: $0).text
    }
    let ids = mapping.sessions.namespace.text + " " + probe
    let values = [
      ("kind", kind), ("mapping", mapping.name), ("ids", ids), ("sha256", frame.report.mappingHash ?? ""),
    ]
    if try isOwned(folder, by: kind) {
      try checkMapping(folder, mapping, plan, ids: ids, hash: frame.report.mappingHash ?? "")
      if try folder.meta("closed") == "yes", plan.isFollowUp, !frame.plan.isQuiet {
        frame.console.say(
          "the previous run closed all visits, so visits still going on will start anew: give --follow-up from the first run on"
        )
      }
    }
    try folder.commit {
      for (key, value) in values { try folder.setMeta(key, value) }
      try folder.setMeta("closed", plan.leavesOpen ? "no" : "yes")
    }
  }

  /// For commands without a mapping.
  /// - Throws: C108 for another kind of run.
  static func claim(_ folder: StateFolder, for kind: String) throws {
    if try !isOwned(folder, by: kind) { try folder.commit { try folder.setMeta("kind", kind) } }
  }

  /// False if nobody has used the state yet.
  private static func isOwned(_ folder: StateFolder, by kind: String) throws -> Bool {
    // `send` did not always say that it was there.
    guard let former = try folder.meta("kind") ?? (folder.queues().isEmpty ? nil : "send") else { return false }
    guard former == kind else {
      throw Diagnostic(
        "C108", "the state \(folder.path) belongs to \(former), not to \(kind)",
        remedy: "give each its own --state folder")
    }
    return true
  }

  /// Whether the run before came to its end.
  static func isComplete(_ folder: StateFolder) throws -> Bool { try folder.meta("complete") == "yes" }

  /// Whether the run before came to its end, and all of it was delivered.
  static func isDone(_ folder: StateFolder) throws -> Bool {
    try isComplete(folder) && OutboxFile.isDelivered(folder)
  }

  /// A run begins to change things: unless it comes to say how it ended, it was cut short. If it goes on with what one
  /// before left undone, that one's rejects and dead letters are its own.
  static func begin(_ folder: StateFolder) throws {
    let isDone = try isDone(folder)
    let losses = try losses(folder)
    try folder.commit {
      try folder.setMeta("ended", "")
      if isDone { try folder.setMeta("losses", losses) }
    }
  }

  /// Whether records were rejected or payloads given up since the last run that came to its end.
  static func hasLosses(_ folder: StateFolder) throws -> Bool {
    try losses(folder) != folder.meta("losses") ?? "0 0"
  }

  /// How many rejects there are, and how many bytes of dead letters: both only grow.
  private static func losses(_ folder: StateFolder) throws -> String {
    "\(try folder.output("rejects")?.count ?? 0) \(try folder.deadLetterLength() ?? 0)"
  }

  /// How a run ended that has begun; the last that is done with the state. What cannot be noted any more looks like a
  /// run that was cut short.
  static func end(_ folder: StateFolder, with status: ExitStatus) {
    try? folder.commit { try folder.setMeta("ended", String(status.rawValue)) }
    folder.close()
  }

  /// How the last run ended. Older builds did not note it; a run that was cut short, or is at work, has no status.
  static func ending(_ folder: StateFolder) throws -> (isNoted: Bool, status: ExitStatus?) {
    guard let text = try folder.meta("ended") else { return (false, nil) }
    return (true, Int32(text).flatMap(ExitStatus.init(rawValue:)))
  }

  /// Part of a commit.
  static func note(isComplete: Bool, in folder: StateFolder) throws {
    try folder.setMeta("complete", isComplete ? "yes" : "no")
  }

  private static func checkMapping(
    _ folder: StateFolder, _ mapping: MappingPlan, _ plan: ContinuationPlan, ids: String, hash: String
  ) throws {
    func refuse(_ what: String, _ remedy: String) -> Diagnostic {
      Diagnostic("C102", "\(what) since the last run with \(plan.folder)", remedy: remedy)
    }
    if let name = try folder.meta("mapping"), name != mapping.name {
      throw refuse("the mapping was \(name), now it is \(mapping.name)", "give each mapping its own --state folder")
    }
    if try folder.meta("ids") != ids {
      throw refuse(
        "the source or the salt has changed", "set the same source and salt as before: other ones make other ids")
    }
    if try folder.meta("sha256") != hash, !plan.acceptsMappingChange {
      throw refuse(
        "the mapping has changed",
        "give --accept-mapping-change to go on with it: what is read from here on follows the new one")
    }
  }
}
