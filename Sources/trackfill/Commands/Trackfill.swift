import ArgumentParser

struct Trackfill: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "trackfill",
    abstract: "Replay history into Tracardi: logs and exports become tracker payloads, grouped into sessions.",
    discussion: """
      Exit status: 0 done, 1 some tests of a mapping fail or preview --fail-on-change found a change, 3 done but some \
      records were rejected, 4 too many rejects, 64 usage, 65 input unusable, 66 input missing, 69 destination \
      unavailable, 70 internal, 73 and 74 output cannot be created or written, 75 locked, 77 refused, 78 mapping or \
      configuration, 130 and 143 interrupted.
      """,
    version: version,
    subcommands: [
      Preview.self, Convert.self, Import.self, Status.self, Send.self, Replay.self, Check.self, Test.self, Sniff.self,
      Formats.self,
      Explain.self,
    ])
}
