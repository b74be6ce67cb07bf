import Foundation
import TestSupport
import Testing

/// Every code that the source can emit has a page, an example that provokes it, and a row in the table of codes; and
/// the binary carries the pages. `TRACKFILL_RECORD=1` puts the examples into the pages and the pages into the source.
@Suite(.serialized) struct CodePageTests {
  static let pages = Repository.root.appendingPathComponent("docs/codes")
  static let table = Repository.root.appendingPathComponent("Sources/trackfill/Commands/CodePages.swift")

  /// Codes without a case that provokes them, and why.
  static let exempt = [
    "D309": "needs a system without threads",
    "I107": "the file must vanish between two moments of one run",
    "M206": "the readers of today refuse such a field first (M307)",
    "O203": "prints nothing: the run ends quietly",
    "R135": "needs a field of a mebibyte",
    "R204": "needs an event of 16 MiB",
    "S103": "the mapping rejects such a time first; this is a second guard",
  ]

  /// Every code literal below Sources, with a file that has it.
  static let codes: [String: String] = {
    var codes: [String: String] = [:]
    let files = FileManager.default.enumerator(
      at: Repository.root.appendingPathComponent("Sources"), includingPropertiesForKeys: nil)
    for case let file as URL in files ?? .init() where file.pathExtension == "swift" && file.path != table.path {
      let text = String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
      for line in text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//") {
        for match in line.matches(of: /"([CDMIRSOU][0-9]{3})"/) { codes[String(match.1)] = file.lastPathComponent }
      }
    }
    return codes
  }()

  static func names(in folder: URL, _ suffix: String) -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return Set(names.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) })
  }

  static let goldenFolders = [
    Repository.root.appendingPathComponent("Tests/MappingTests/CodeCases"), CodeCaseTests.folder,
  ]

  static func golden(_ code: String) -> String? {
    goldenFolders.lazy.compactMap { try? Data(contentsOf: $0.appendingPathComponent(code + ".txt")) }.first
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func everyCodeHasAPageAndAnExample() {
    #expect(Self.codes.count > 60)
    let pages = Self.names(in: Self.pages, ".md")
    let goldens = Self.goldenFolders.reduce(into: Set<String>()) { $0.formUnion(Self.names(in: $1, ".txt")) }
    for (code, file) in Self.codes.sorted(by: { $0.key < $1.key }) {
      #expect(pages.contains(code), "\(code) of \(file) has no page docs/codes/\(code).md")
      #expect(
        goldens.contains(code) != (Self.exempt[code] != nil),
        "\(code) of \(file) needs a case that provokes it, or a reason why there is none")
    }
    #expect(pages.subtracting(Self.codes.keys).isEmpty, "pages of codes that nothing emits")
    #expect(goldens.subtracting(Self.codes.keys).isEmpty, "cases of codes that nothing emits")
    #expect(Set(Self.exempt.keys).subtracting(Self.codes.keys).isEmpty)
  }

  @Test func theTableOfCodesNamesAll() throws {
    let text = try String(
      decoding: Data(contentsOf: Repository.root.appendingPathComponent("docs/diagnostics.md")), as: UTF8.self)
    for code in Self.codes.keys.sorted() where !text.contains(code) && !(code.hasPrefix("U10")) {
      Issue.record("docs/diagnostics.md has no row for \(code)")
    }
  }

  @Test(arguments: names(in: pages, ".md").sorted())
  func pageHasItsParts(_ code: String) throws {
    let file = Self.pages.appendingPathComponent(code + ".md")
    var text = try String(decoding: Data(contentsOf: file), as: UTF8.self)
    #expect(text.hasPrefix("# \(code): "))
    #expect(text.contains("\nWhat to do: "))
    guard let golden = Self.golden(code) else { return }
    let block = "```text\n" + golden.trimmingCharacters(in: .newlines) + "\n```\n"
    if Golden.isRecording {
      text = text.replacing(/(?s)```text\n.*?\n```\n/, with: { _ in block })
      try Data(text.utf8).write(to: file)
    }
    #expect(text.contains(block), "the example of \(code).md is not what is printed")
  }

  @Test func theBinaryCarriesThePages() throws {
    var source = """
      // swift-format-ignore-file
      // Made of docs/codes by the test `theBinaryCarriesThePages` with TRACKFILL_RECORD=1; change the pages, not this.

      /// The pages of all codes, so that the command can show them wherever it is installed.
      enum CodePages {
        static let all: [CodePage] = [

      """
    for code in Self.names(in: Self.pages, ".md").sorted() {
      let text = try String(decoding: Data(contentsOf: Self.pages.appendingPathComponent(code + ".md")), as: UTF8.self)
      source += "    CodePage(\"\(code)\", ###\"\"\"\n\(text)\n\"\"\"###),\n"
    }
    source += "  ]\n}\n"
    try Golden.check(source, against: Self.table)
  }

  @Test func explain() throws {
    let page = try Binary.run(["explain", "m101"])
    #expect(try Binary.run(["explain", "error[M101]"]).output == page.output)
    #expect(page.status == 0)
    #expect(page.output == (try Data(contentsOf: Self.pages.appendingPathComponent("M101.md"))))
    let list = try Binary.run(["explain"])
    #expect(list.status == 0)
    #expect(Set(list.lines.map { String($0.prefix(4)) }) == Set(Self.codes.keys))
    #expect(list.lines.contains("M101  an unknown field"))
    let unknown = try Binary.run(["explain", "M10I"])
    #expect(unknown.status == 64)
    #expect(unknown.errors.contains("did you mean M10"))
    #expect(unknown.output.isEmpty)
  }
}
