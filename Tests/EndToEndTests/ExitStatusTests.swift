import Foundation
import TestSupport
import Testing

@Suite struct ExitStatusTests {
  private let space: Workspace
  private let mapping: String
  private let log: String

  init() throws {
    space = try Workspace()
    mapping = try space.write("m.yaml", Material.mapping)
    log = try space.write("a.log", Material.line + "\n")
  }

  private func convert(_ arguments: String..., output: String? = nil) throws -> Binary.Result {
    try Binary.run(["convert"] + arguments, output: output)
  }

  /// The help explains every status, among them the two meanings of 1.
  @Test func help() throws {
    let help = try Binary.run(["--help"]).output
    let words = String(decoding: help, as: UTF8.self).split { $0.isWhitespace }.joined(separator: " ")
    #expect(words.contains("1 some tests of a mapping fail or preview --fail-on-change found a change, 3 done"))
  }

  @Test func done() throws {
    let result = try convert(log, "-m", mapping)
    #expect(result.status == 0)
    #expect(result.lines.count == 1)
    #expect(result.errors.contains("records"))
  }

  /// A reader that has seen enough changes nothing, whatever was asked for.
  @Test(arguments: [
    "status --state st", "formats", "explain D201", "sniff a.log", "check m.yaml", "test m.yaml",
    "preview a.log -m m.yaml", "preview a.log -m m.yaml --format json", "convert a.log -m m.yaml -q",
  ])
  func aClosedPipe(_ command: String) throws {
    // The pipe is closed once something was not written into it.
    let result = try Binary.shell(
      "cd \"$1\"; $trackfill convert a.log -m m.yaml --state st --follow-up -o out -q; trap '' PIPE; "
        + "{ while printf x; do :; done 2>/dev/null; $trackfill \(command); echo $? >ended; } | :", space.folder)
    #expect(String(decoding: try space.read("ended"), as: UTF8.self) == "0\n", "\(result.errors)")
    #expect(!result.errors.contains("O203"), "\(result.errors)")
  }

  @Test func quiet() throws {
    let result = try convert(log, "-m", mapping, "-q")
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
  }

  @Test func someRejected() throws {
    try space.write("b.log", Material.line + "\nbroken\n")
    let result = try convert(space.path("b.log"), "-m", mapping, "--rejects", space.path("r.ndjson"))
    #expect(result.status == 3)
    #expect(result.lines.count == 1)
    let rejects = String(decoding: try space.read("r.ndjson"), as: UTF8.self)
    #expect(rejects.contains("\"raw\":\"broken\""))
    #expect(rejects.contains("\"line\":2"))
  }

  @Test func tooManyRejects() throws {
    try space.write("b.log", Material.text([Material.line, "x", "x", "x"]))
    let result = try convert(
      space.path("b.log"), "-m", mapping, "--max-rejects", "2", "-o", space.path("o"), "--rejects", space.path("r"),
      "--summary", space.path("s"))
    #expect(result.status == 4)
    #expect(!space.exists("o"))
    #expect(String(decoding: try space.read("r"), as: UTF8.self).split(separator: "\n").count == 3)
    #expect(try space.json("s")["exit"] as? Int == 4)
  }

  /// The account of a run that stopped in the midst of a block adds up; what sessions refuse counts as well.
  @Test func tooManyRejectsOfSessions() throws {
    try space.write("late.yaml", Material.mapping.replacing("disorder: 1m", with: "disorder: 1m, late: reject"))
    let late = Material.line.replacing("10:00:00", with: "09:00:00")
    let lines = Array(repeating: Material.line, count: 10) + Array(repeating: late, count: 5)
    try space.write("l.log", Material.text(lines + ["x", "x"]))
    func run(_ limit: String) throws -> Binary.Result {
      try convert(
        space.path("l.log"), "-m", space.path("late.yaml"), "--max-rejects", limit, "-o", space.path("o"), "--rejects",
        space.path("r"), "--summary", space.path("s"))
    }
    let few = try run("3")
    #expect(few.status == 4)
    #expect(few.errors.contains("4 of the first 14 records"), "\(few.errors)")
    let some = try run("6")
    #expect(some.status == 4)
    #expect(some.errors.contains("7 of the first 17 records"), "\(some.errors)")
    let bad = try run("1")
    #expect(bad.errors.contains("2 of the first 17 records"), "\(bad.errors)")
    let summary = try space.json("s")
    #expect((summary["rejected"] as? [String: Any])?["records"] as? Int == 2)
    #expect(summary["mapped"] as? Int == 15)
    #expect(summary["records"] as? Int == 17)
    #expect(try run("7").status == 3)
  }

  @Test(
    arguments: [
      [], ["convert"], ["convert", "LOG"], ["convert", "LOG", "-m", "MAP", "--threads", "0"],
      ["convert", "LOG", "-m", "MAP", "--memory", "lots"], ["convert", "LOG", "-m", "MAP", "--from", "2024-02-30"],
      ["convert", "LOG", "-m", "MAP", "--from", "2024-02-02", "--to", "2024-02-01"],
      ["convert", "LOG", "-m", "MAP", "--max-rejects", "101%"], ["convert", "LOG", "-m", "MAP", "--nonsense"],
      ["convert", "LOG", "-m", "MAP", "--max-record", "63"],
      ["convert", "LOG", "-m", "MAP", "-o", "LOG"], ["convert", "FOLDER", "-m", "MAP", "-o", "FOLDER/o"],
      ["convert", "LOG", "-m", "MAP", "-o", "FOLDER"], ["convert", "LOG", "-m", "MAP", "-o", "MAP"],
      ["convert", "LOG", "-m", "MAP", "-o", "FOLDER/o", "--rejects", "FOLDER/./o"],
      ["convert", "-", "-", "-m", "MAP"], ["convert", "FOLDER/*.log", "-m", "MAP", "-o", "LOG"],
    ] as [[String]])
  func usage(template: [String]) throws {
    let folder = space.folder
    let arguments = template.map {
      $0.replacing("LOG", with: log).replacing("MAP", with: mapping).replacing("FOLDER", with: folder)
    }
    let before = try space.read("a.log")
    let result = try Binary.run(arguments)
    // Help for the command alone is no error.
    #expect(result.status == (template.isEmpty ? 0 : 64), "\(result.errors)")
    #expect(try space.read("a.log") == before)
    #expect(try space.names() == ["a.log", "m.yaml"])
  }

  @Test func emptyInput() throws {
    let empty = try space.write("empty.log", "")
    let result = try convert(empty, "-m", mapping, "-o", space.path("o"))
    #expect(result.status == 65)
    #expect(result.errors.contains("no records"))
    #expect(!space.exists("o"))
  }

  @Test(arguments: ["combined", "orders-csv", "orders-xml", "caddy"])
  func emptyInputOfEveryReader(_ mapping: String) throws {
    let empty = try space.write("empty", "")
    let file = Repository.root.appending(path: "Mappings/\(mapping).yaml")
    let result = try Binary.run(["convert", empty, "-m", file.path, "-o", space.path("o"), "-q"])
    #expect(result.status == 65)
    #expect(result.errors.contains("no records in"))
    #expect(!space.exists("o"))
  }

  @Test func nothingValid() throws {
    let junk = try space.write("junk.log", "x\ny\n")
    let result = try convert(junk, "-m", mapping, "-o", space.path("o"), "--rejects", space.path("r"))
    #expect(result.status == 65)
    #expect(result.errors.contains("no valid record"))
    #expect(result.errors.contains("`trackfill sniff \(junk)`"), "\(result.errors)")
    #expect(!space.exists("o"))
    #expect(space.exists("r"))
    let many = try convert(try space.write("many.log", String(repeating: "x\n", count: 2000)), "-m", mapping)
    #expect(many.status == 4 && many.errors.contains("trackfill sniff"), "\(many.errors)")
    // What the mapping itself refuses is no matter of the format.
    let checked = Material.mapping.replacing(
      "drop:", with: "checks: [ { code: TOO_LOW, if: '=status < 900', message: too low } ]\ndrop:")
    let refused = try convert(log, "-m", try space.write("checked.yaml", checked))
    #expect(refused.status == 65 && refused.errors.contains("no valid record"), "\(refused.errors)")
    #expect(!refused.errors.contains("sniff"))
  }

  /// What a value should have been stands beside what it was.
  @Test(arguments: [
    ("convert", "--memory", "foo", "256M"), ("convert", "--max-record", "1X", "256M"),
    ("convert", "--threads", "x", "4"),
    ("convert", "--max-rejects", "many", "0.5%"), ("convert", "--limit", "1k", "whole number"),
    ("convert", "--from", "12", "2024-05-01T10:00"), ("convert", "--to", "yesterday", "2024-05-01T10:00"),
    ("convert", "--close-idle", "5", "30s"), ("convert", "--wait", "soon", "30s"),
    ("preview", "--limit", "some", "all"),
    ("preview", "--show", "all", "whole number"), ("preview", "--sample", "1%", "whole number"),
    ("preview", "--threads", "two", "4"),
    ("preview", "--memory", "much", "256M"), ("import", "--to", "shop", "http"),
  ])
  func formsOfValues(command: String, option: String, value: String, example: String) throws {
    let result = try Binary.run([command, log, "-m", mapping, option, value])
    #expect(result.status == 64)
    let first = result.errors.split(separator: "\n").first ?? ""
    #expect(first.contains("'\(value)'") && first.contains(option) && first.contains(example), "\(result.errors)")
  }

  @Test func missingInput() throws {
    let result = try convert(space.path("nothing.log"), "-m", mapping, "-o", space.path("o"))
    #expect(result.status == 66)
    #expect(result.errors.contains("no such file"))
    #expect(!space.exists("o"))
  }

  @Test func copyOnStandardInput() throws {
    let result = try Binary.run(["convert", "-", log, "-m", mapping, "-o", space.path("o")], input: log)
    #expect(result.status == 65 && result.errors.contains("error[I105]"), "\(result.errors)")
    #expect(result.errors.contains("standard input"))
    #expect(!space.exists("o"))
  }

  @Test func missingMapping() throws {
    #expect(try convert(log, "-m", space.path("nothing.yaml")).status == 66)
    #expect(try convert(log, "-m", space.folder).status == 66)
  }

  @Test func outputThatCannotBeCreated() throws {
    let result = try convert(log, "-m", mapping, "-o", space.path("no/such/folder/o"))
    #expect(result.status == 73)
    #expect(try convert(log, "-m", mapping, "--rejects", space.path("no/r")).status == 73)
    #expect(try convert(log, "-m", mapping, "--summary", space.path("no/s")).status == 73)
  }

  @Test func fullDisk() throws {
    #expect(try convert(log, "-m", mapping, "-o", "/dev/full").status == 74)
    #expect(try convert(log, "-m", mapping, output: "/dev/full").status == 74)
    #expect(FileManager.default.fileExists(atPath: "/dev/full"))
  }

  @Test func mappingWithErrors() throws {
    try space.write("bad.yaml", Material.mapping.replacing("=status", with: "=sttaus"))
    let result = try convert(log, "-m", space.path("bad.yaml"), "-o", space.path("o"), "--summary", space.path("s"))
    #expect(result.status == 78)
    #expect(result.errors.contains("^^^^^^"))
    #expect(result.errors.contains("error[M"))
    #expect(!space.exists("o"))
    #expect(try space.json("s")["exit"] as? Int == 78)
    #expect(!result.errors.contains("\u{1b}"))
  }

  @Test func version() throws {
    let result = try Binary.run(["--version"])
    #expect(result.status == 0)
    #expect(result.lines.count == 1)
  }

  @Test func colourOnlyWhereItIsWanted() throws {
    try space.write("bad.yaml", Material.mapping.replacing("=status", with: "=sttaus"))
    #expect(try convert(log, "-m", space.path("bad.yaml"), "--color", "always").errors.contains("\u{1b}[1;31m"))
    #expect(!(try convert(log, "-m", space.path("bad.yaml"), "--color", "never").errors.contains("\u{1b}")))
  }

  @Test func namesCannotReachTheTerminal() throws {
    let result = try convert(space.path("a\u{1b}[31m\nb.log"), "-m", mapping)
    #expect(result.status == 66)
    #expect(!result.errors.contains("\u{1b}"))
    #expect(result.errors.contains("a\\x1b[31m\\nb.log"))
  }
}
