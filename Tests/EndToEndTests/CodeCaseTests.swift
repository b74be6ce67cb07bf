import Foundation
import Testing

/// Codes that need files, options or devices: what the command prints for each, with the folder's name taken out.
/// `TRACKFILL_RECORD=1` writes the files anew and fails, so that a recording cannot pass for a test.
@Suite struct CodeCaseTests {
  static let folder = GoldenTests.here.appendingPathComponent("CodeCases")

  struct Case: Sendable, CustomTestStringConvertible {
    let code: String
    /// A shell script in a folder with `a.log`, `b.log` and `m.yaml`; `$trackfill` is the command.
    let script: String
    let status: Int32

    init(_ code: String, _ status: Int32, _ script: String) {
      self.code = code
      self.status = status
      self.script = script
    }

    var testDescription: String { code }
  }

  static let cases = [
    Case("I101", 66, "$trackfill convert acces.log -m m.yaml"),
    Case("I102", 66, "mkfifo pipe && ln -s loop loop && $trackfill convert loop -m m.yaml"),
    Case("I103", 66, "$trackfill convert 'logs-*.gz' -m m.yaml"),
    Case("I104", 64, "ln -s a.log c.log && $trackfill convert a.log c.log -m m.yaml"),
    Case("I105", 65, "gzip -k a.log && $trackfill convert a.log a.log.gz -m m.yaml"),
    Case(
      "I106", 65,
      "i=0; while [ $i -lt 514 ]; do sed \"s/GET ./GET \\/$i/\" a.log >in$i.txt; i=$((i + 1)); done; "
        + "$trackfill convert 'in*.txt' -m m.yaml"),
    Case(
      "I201", 65,
      "gzip -c b.log | head -c 300 >torn.log.gz; $trackfill convert torn.log.gz -m m.yaml -o o --max-rejects 100%"),
    Case(
      "I202", 65,
      "gzip -c b.log >bad.log.gz; printf 'zzzzzzzz' | dd of=bad.log.gz bs=1 seek=200 conv=notrunc 2>/dev/null; "
        + "$trackfill convert bad.log.gz -m m.yaml -o o --max-rejects 100%"),
    Case(
      "I203", 65,
      "printf '%s\\n' 'mapping: t' 'language: 1' 'input: { reader: csv, time: at, fields: { ip: string, at: instant } }' "
        + "'identity: { visitor: =ip, profile: { hash: visitor, salt: test } }' 'target: { source: test }' "
        + "'events: [ { type: visit } ]' >c.yaml; "
        + "printf 'address,at\n192.0.2.1,2026-09-10T10:00:00Z\n' >c.csv; $trackfill convert c.csv -m c.yaml"),
    Case("I301", 65, "printf 'one two\\nthree\\n' >junk.log; $trackfill sniff junk.log"),
    Case(
      "I302", 65,
      "sed 's/ \"-\" \"A\"$//' a.log >c.log; $trackfill sniff a.log c.log 2>&1 >sniffed | grep -A1 I302 >&2; exit 65"),
    Case(
      "M308", 78,
      "sed 's/format: combined/format: auto/' m.yaml >auto.yaml; printf 'one two\\nthree\\n' >junk.log; "
        + "$trackfill convert junk.log -m auto.yaml"),
    Case("U109", 64, "$trackfill formats combind"),
    Case("O201", 74, "$trackfill convert a.log -m m.yaml -q -o /dev/full"),
    Case("O202", 73, "$trackfill convert a.log -m m.yaml -q -o no/folder/o"),
    Case("O204", 73, "TMPDIR=nowhere $trackfill convert b.log -m m.yaml -q --memory 1K -o o"),
    Case(
      "O205", 74,
      "sed 's/ disorder: 1m/ mode: exact/' m.yaml >e.yaml; trap '' XFSZ; ulimit -f 64; "
        + "TMPDIR=. $trackfill convert b.log -m e.yaml -q --memory 64K -o o"),
    Case(
      "R001", 3, "{ cat a.log; printf '%0300d\\n' 0; } >c.log; $trackfill convert c.log -m m.yaml --max-record 200 -o o"
    ),
    Case("U101", 64, "$trackfill convert a.log -m m.yaml -o ''"),
    Case("U102", 64, "mkdir out && $trackfill convert a.log -m m.yaml -o out"),
    Case("U104", 64, "$trackfill convert - -m - <a.log"),
    Case("U105", 64, "$trackfill convert a.log -m m.yaml -o o --rejects o"),
    Case("U106", 64, "$trackfill convert a.log -m m.yaml -o m.yaml"),
    Case("U107", 64, "$trackfill convert a.log -m m.yaml -o a.log"),
    Case("U121", 64, "$trackfill preview a.log -m m.yaml --only page-sen"),
    Case(
      "U122", 64, "sed 's/format: combined/format: vhost_combined/' m.yaml >o.yaml; $trackfill preview - -m m.yaml --against o.yaml <a.log"
    ),
    Case("U108", 64, "mkdir logs && cp a.log logs && $trackfill convert logs -m m.yaml -o logs/o"),
  ]

  @Test(arguments: cases)
  func printed(_ expected: Case) throws {
    let space = try Workspace()
    try space.write("a.log", Material.line + "\n")
    try space.write("b.log", Material.text(Material.log(lines: 400, bad: 0)))
    try space.write("m.yaml", Material.mapping)
    let result = try Binary.shell("cd \"$1\"; " + expected.script, space.folder)
    #expect(result.status == expected.status, "\(result.errors)")
    // The summary's first line has the time of the run.
    let text = result.errors.replacing(space.folder, with: "FOLDER")
      .split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains(" records/s") }
      .joined(separator: "\n")
    let golden = Self.folder.appendingPathComponent(expected.code + ".txt")
    if ProcessInfo.processInfo.environment["TRACKFILL_RECORD"] != nil {
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: golden)
      Issue.record("recorded \(golden.lastPathComponent)")
      return
    }
    let want = try String(decoding: Data(contentsOf: golden), as: UTF8.self)
    #expect(text == want)
    #expect(text.contains(expected.code), "the code itself is printed")
  }
}
