import Foundation
import TestSupport
import Testing

/// Codes that need files, options or devices: what the command prints for each, with the folder's name taken out.
/// `TRACKFILL_RECORD=1` writes the files anew.
@Suite struct CodeCaseTests {
  static let folder = Repository.root.appending(path: "Tests/EndToEndTests/CodeCases")

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

  private static let followUp = "$trackfill convert a.log -m m.yaml --state st --follow-up -o out"
  /// A receiver; its port is in `port`.
  private static let collector =
    "$trackfill-collector --port 0 --port-file port >counts 2>&1 & while ! [ -s port ]; do sleep 0.05; done;"

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
    Case("I108", 65, "printf '\\050\\265\\057\\375' | cat - a.log >a.log.zst; $trackfill convert a.log.zst -m m.yaml"),
    Case("I109", 65, "tr '\\n' '\\r' <b.log >mac.log; $trackfill convert mac.log -m m.yaml"),
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
    Case("O206", 73, "\(followUp) --finish -q; $trackfill convert a.log -m m.yaml --state st2 --follow-up -o out"),
    Case(
      "R001", 3, "{ cat a.log; printf '%0300d\\n' 0; } >c.log; $trackfill convert c.log -m m.yaml --max-record 200 -o o"
    ),
    Case("C101", 75, "mkdir st; exec 9>st/lock; flock 9; \(followUp)"),
    Case("C102", 78, "\(followUp) -q && echo '# changed' >>m.yaml; \(followUp)"),
    Case("C103", 73, "$trackfill convert a.log -m m.yaml --state a.log/st --follow-up -o out"),
    Case("C104", 70, "\(followUp) -q && printf '%05000d' 0 >st/state.sqlite; \(followUp)"),
    Case("C105", 74, "trap '' XFSZ; ulimit -f 1; \(followUp)"),
    Case(
      "C106", 65,
      "\(collector) $trackfill import a.log -m m.yaml --state st --yes -q --to http://127.0.0.1:$(cat port); "
        + "$trackfill import a.log -m m.yaml --state st --yes -q --to http://127.0.0.1:$(cat port) 2>&1 "
        + "| sed 's/on 20.*Z/on DATE/' >&2; kill $!; exit 65"),
    Case(
      "C107", 74,
      "{ cat a.log; echo broken; } >c.log; \(followUp) -q c.log --max-rejects 9; : >st/rejects.ndjson; \(followUp)"),
    Case("C108", 64, "\(followUp) -q; $trackfill import a.log -m m.yaml --state st --yes -q --to http://127.0.0.1:9"),
    Case("C109", 64, "$trackfill status --state nowhere"),
    Case(
      "C110", 70,
      "\(followUp) -q; printf '\\000\\000\\000\\011' | dd of=st/state.sqlite bs=1 seek=60 conv=notrunc 2>/dev/null; \(followUp)"
    ),
    Case(
      "C111", 64,
      "\(collector) $trackfill import a.log -m m.yaml --state st --yes -q --to http://127.0.0.1:$(cat port); "
        + "$trackfill import a.log -m m.yaml --state st --yes -q --to http://192.0.2.1 2>&1 "
        + "| sed 's/127.0.0.1:[0-9]*/127.0.0.1/' >&2; kill $!; exit 64"),
    Case("U110", 64, "$trackfill convert - -m m.yaml --state st --follow-up -o out <a.log"),
    Case("U111", 64, "$trackfill convert a.log -m m.yaml --state b.log --follow-up -o out"),
    Case("U101", 64, "$trackfill convert a.log -m m.yaml -o ''"),
    Case("U102", 64, "mkdir out && $trackfill convert a.log -m m.yaml -o out"),
    Case("U104", 64, "$trackfill convert - -m - <a.log"),
    Case("U105", 64, "$trackfill convert a.log -m m.yaml -o o --rejects o"),
    Case("U106", 64, "$trackfill convert a.log -m m.yaml -o m.yaml"),
    Case("U107", 64, "$trackfill convert a.log -m m.yaml -o a.log"),
    Case("U121", 64, "$trackfill preview a.log -m m.yaml --only page-sen"),
    Case(
      "U122", 64,
      "sed 's/format: combined/format: vhost_combined/' m.yaml >o.yaml; $trackfill preview - -m m.yaml --against o.yaml <a.log"
    ),
    Case("U108", 64, "mkdir logs && cp a.log logs && $trackfill convert logs -m m.yaml -o logs/o"),
  ]

  /// Codes of delivery: `p.ndjson` has three payloads, `serve` starts the collector and sets `url`.
  static let deliveryCases = [
    Case("D101", 3, "echo oops >>p.ndjson; serve; " + send),
    Case("D102", 3, "head -c 17000000 /dev/zero | tr '\\0' x >>p.ndjson; serve; " + send),
    Case(
      "D103", 65,
      "serve; " + send + " -q --state s; head -n 1 p.ndjson >q; cat q >p.ndjson; " + send + " -q --state s"),
    Case("D201", 3, "sed -i '2s/page-view/bad/' p.ndjson; serve --poison-type bad; " + send),
    Case(
      "D202", 3,
      "sed -i '2s/Mozilla/MozillaMozillaMozillaMozillaMozilla/' p.ndjson; serve --maximum-body 215; " + send),
    Case("D203", 3, "sed -i '2s/Mozilla/Googlebot/' p.ndjson; serve; " + send),
    Case("D204", 3, "serve --status-every 2 --every-status 404; " + send),
    Case("D205", 3, "sed -i '2s/\\[.*\\]/[]/' p.ndjson; serve; " + send),
    Case("D301", 69, "$trackfill send p.ndjson --to http://127.0.0.1:1 -y -q --retry-for 1s"),
    Case("D302", 77, "serve --status 403; " + send + " -q"),
    Case("D303", 78, "serve --source shop; " + send + " -q"),
    Case("D304", 78, "serve --status 406 --detail 'Event source `web` requires origin header.'; " + send + " -q"),
    Case(
      "D305", 78,
      "serve --status 500 --detail 'Can not use static profile id without profile.id.'; " + send + " -q"),
    Case("D306", 78, "serve --status 404; " + send + " -q"),
    Case("D307", 78, "serve; $trackfill send p.ndjson --to https://${url#http://} -y -q --ca-file m.yaml"),
    Case(
      "D308", 78,
      "for i in 1 2 3 4 5 6 7; do cat p.ndjson; done >many; mv many p.ndjson; serve --status 422; " + send + " -q"),
    Case(
      "D401", 74,
      "echo oops >>p.ndjson; serve; "
        + send + " -q --state s 2>/dev/null; rm s/dead.ndjson; "
        + send + " -q --state s"),
    Case("D402", 65, "$trackfill replay p.ndjson --to http://127.0.0.1:1"),
    Case(
      "D403", 64,
      "printf 'mapping: x\\nlanguage: 1\\ninput: { reader: csv, fields: { t: instant, v: string } }\\n"
        + "identity: { visitor: =v, profile: { id: =v } }\\ntarget: { source: s }\\nevents: [{ type: e }]\\notherwise: drop\\n' >c.yaml; "
        + #"echo '{"v":1,"class":"record","code":"R103","message":"x","raw":"a,b"}' >r.ndjson; "#
        + "$trackfill replay r.ndjson -m c.yaml"),
  ]

  private static let send = "$trackfill send p.ndjson --to $url --concurrency 1 -y"

  private static let serve =
    #"serve() { $collector --port 0 --port-file port "$@" >/dev/null & trap "kill $!" EXIT; "#
    + #"while [ ! -s port ]; do sleep 0.05; done; url=http://127.0.0.1:$(cat port); }; "#

  private static func payload(_ number: Int) -> String {
    #"{"source":{"id":"web"},"session":{"id":"s\#(number)"},"profile":{"id":"p\#(number)"},"#
      + #""request":{"headers":{"user-agent":"Mozilla"}},"events":[{"id":"e\#(number)","type":"page-view","#
      + #""time":{"insert":"2024-05-01T10:00:0\#(number).000Z"}}]}"# + "\n"
  }

  @Test(arguments: cases + deliveryCases)
  func printed(_ expected: Case) throws {
    let space = try Workspace()
    try space.write("a.log", Material.line + "\n")
    try space.write("b.log", Material.text(Material.log(lines: 400, bad: 0)))
    try space.write("m.yaml", Material.mapping)
    try space.write("p.ndjson", (1...3).map(Self.payload).joined())
    let result = try Binary.shell("cd \"$1\"; " + Self.serve + expected.script, space.folder)
    #expect(result.status == expected.status, "\(result.errors)")
    // The summary's first line has the time of the run.
    let text = result.errors.replacing(space.folder, with: "FOLDER")
      .replacing(/127\.0\.0\.1:[0-9]+/, with: "127.0.0.1:8686")
      .split(separator: "\n", omittingEmptySubsequences: false).filter {
        !$0.contains(" records/s") && !$0.contains(" payloads/s")
      }
      .joined(separator: "\n")
    #expect(text.contains(expected.code), "the code itself is printed")
    try Golden.check(text, against: Self.folder.appending(path: expected.code + ".txt"))
  }
}
