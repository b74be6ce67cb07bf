import Pipeline
import Testing

@Suite struct DiagnosticRendererTests {
  private func render(_ source: String, _ diagnostic: Diagnostic, isColoured: Bool = false) -> String {
    DiagnosticRenderer(sources: ["shop.yaml": Array(source.utf8)], isColoured: isColoured).render(diagnostic)
  }

  @Test func sourceLineAndCaret() {
    let text = render(
      "mapping: shop\nevents:\n  - tpye: page-view\n",
      Diagnostic(
        "M101", "unknown key 'tpye'", label: "not a key of an event", remedy: "did you mean 'type'?",
        file: "shop.yaml", span: SourceSpan(line: 3, column: 5, length: 4)))
    #expect(
      text == """
        shop.yaml:3:5: error[M101]: unknown key 'tpye'
          3 |   - tpye: page-view
            |     ^^^^ not a key of an event
            = did you mean 'type'?

        """)
  }

  /// Columns are bytes in the span and characters in what is shown; tabs are kept under tabs.
  @Test func charactersAndTabs() {
    let text = render(
      "\tnaïve: ×\r\n",
      Diagnostic("M102", "bad", file: "shop.yaml", span: SourceSpan(line: 1, column: 10, length: 2)))
    #expect(text == "shop.yaml:1:9: error[M102]: bad\n  1 | \tnaïve: ×\n    | \t       ^\n")
  }

  @Test func nothingReachesTheTerminal() {
    let text = render(
      "a: \u{1b}[31mred\n",
      Diagnostic(
        "M103", "bad value '\u{1b}]0;x\u{7}'", remedy: "two\nlines", file: "shop.yaml",
        span: SourceSpan(line: 1, column: 9, length: 3)))
    #expect(
      text == """
        shop.yaml:1:9: error[M103]: bad value '\\x1b]0;x\\x07'
          1 | a: \\x1b[31mred
            |            ^^^
            = two\\nlines

        """)
    #expect(!text.utf8.contains(0x1b))
  }

  /// Places do not count it, and it is nothing to be seen.
  @Test func aByteOrderMarkIsNotShown() {
    let finding = Diagnostic("M102", "bad", file: "shop.yaml", span: SourceSpan(line: 1, column: 10, length: 1))
    #expect(
      render("\u{FEFF}mapping: a\n", finding)
        == "shop.yaml:1:10: error[M102]: bad\n  1 | mapping: a\n    |          ^\n")
    let renderer = DiagnosticRenderer(sources: ["shop.yaml": Array("\u{FEFF}mapping: a\n".utf8)])
    #expect(renderer.shownPlace(of: finding) == SourceSpan(line: 1, column: 10, length: 1))
  }

  @Test func longLinesAreShownAroundThePlace() {
    let line = String(repeating: "a", count: 500) + "XX" + String(repeating: "b", count: 500)
    let text = render(
      line, Diagnostic("M104", "bad", file: "shop.yaml", span: SourceSpan(line: 1, column: 501, length: 2)))
    let lines = text.split(separator: "\n")
    #expect(lines[0].hasPrefix("shop.yaml:1:501:"))
    #expect(lines[1].count < 140)
    let at = lines[1].firstIndex(of: "X").map { lines[1].distance(from: lines[1].startIndex, to: $0) }
    #expect(at == lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) })
  }

  /// A character can be of any length: a letter under a hundred thousand accents is one.
  @Test func longCharactersAreCutToo() {
    let letter = "é" + String(repeating: "\u{301}", count: 100_000)
    let text = render(
      "\(letter): 1\n",
      Diagnostic(
        "M101", "unknown key '\(letter)'", label: letter, remedy: letter, file: "shop.yaml",
        span: SourceSpan(line: 1, column: 1, length: letter.utf8.count)))
    #expect(text.utf8.count < 2000)
    #expect(Array(text.utf8).firstRange(of: Array("unknown key 'é".utf8)) != nil && !text.contains("\u{FFFD}"))
  }

  @Test func withoutSource() {
    let plain = DiagnosticRenderer().render(Diagnostic("I101", "no such file: x", remedy: "check the path"))
    #expect(plain == "error[I101]: no such file: x\n  = check the path\n")
    let placed = DiagnosticRenderer().render(
      Diagnostic("M1", "bad", severity: .warning, file: "y.yaml", span: SourceSpan(line: 2, column: 3)))
    #expect(placed == "y.yaml:2:3: warning[M1]: bad\n")
  }

  /// Places outside the text are shown as well as they can be.
  @Test func placesBehindTheEnd() {
    let behind = Diagnostic("M1", "bad", file: "shop.yaml", span: SourceSpan(line: 1, column: 50, length: 9))
    #expect(render("ab", behind) == "shop.yaml:1:3: error[M1]: bad\n  1 | ab\n    |   ^\n")
    let below = Diagnostic("M1", "bad", file: "shop.yaml", span: SourceSpan(line: 9, column: 1))
    #expect(render("ab", below) == "shop.yaml:9:1: error[M1]: bad\n")
  }

  @Test func colour() {
    let text = render(
      "ab", Diagnostic("M1", "bad", file: "shop.yaml", span: SourceSpan(line: 1, column: 1)), isColoured: true)
    #expect(text.contains("\u{1b}[1;31merror[M1]\u{1b}[0m"))
  }

  @Test func orderIsThatOfTheText() {
    let late = Diagnostic("M2", "b", file: "shop.yaml", span: SourceSpan(line: 2, column: 1))
    let early = Diagnostic("M1", "a", file: "shop.yaml", span: SourceSpan(line: 1, column: 1))
    #expect(DiagnosticRenderer().render([late, early]).hasPrefix("shop.yaml:1:1:"))
  }
}
