import ArgumentParser
import Pipeline
import Readers

/// Where the account of a delivery goes.
struct DeliveryResultOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Remember in this folder what was delivered; a further run goes on there.", valueName: "folder"))
  var state: String?

  @Option(
    help: ArgumentHelp(
      "Where dead letters are appended (default: dead.ndjson, with --state in its folder).", valueName: "file"))
  var dead: String?

  @Option(
    help: ArgumentHelp(
      "Where the summary goes, as JSON; written on failure, too. - is standard output.", valueName: "file"))
  var summary: String?

  @Option(help: ArgumentHelp("Where counters go in Prometheus' text format; - is standard output.", valueName: "file"))
  var metrics: String?

  @Flag(name: [.short, .long], help: "No summary and no progress.")
  var quiet = false

  @Option(help: "When to colour messages; auto heeds NO_COLOR.")
  var color = Console.ColorChoice.auto

  func validate(inputs: [String]) throws {
    if state != nil, inputs.contains("-") {
      throw ValidationError("--state needs files: standard input cannot be read again.")
    }
    if state != nil, dead != nil {
      throw ValidationError("With --state, dead letters are in its folder; leave --dead out.")
    }
    if dead == OutputFiles.standardOutput { throw ValidationError("--dead is a file that is appended to; name one.") }
  }

  /// Refuses what would be written over an input, or twice.
  /// - Parameter standard: as for `deadLetters`.
  /// - Throws: U101 to U108.
  func check(inputs: [String], standard: String) throws(Diagnostics) {
    let letters = deadLetters(standard: standard)
    let findings = OutputFiles.findings(
      [(state == nil ? "--dead" : "--state", letters), ("--summary", summary), ("--metrics", metrics)], mappings: [],
      inputs: inputs)
    if !findings.isEmpty { throw Diagnostics(findings) }
    try OutputFiles.check([letters, summary, metrics], expanded: InputList.found(inputs).compactMap(\.path))
  }

  /// - Parameter standard: the file's name where the user chose none.
  func deadLetters(standard: String) -> String {
    if let state { return state + "/" + standard }
    return dead ?? standard
  }
}
