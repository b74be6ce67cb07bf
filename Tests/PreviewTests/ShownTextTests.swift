import Testing

@testable import Preview

@Suite struct ShownTextTests {
  @Test func markupStaysText() {
    #expect(
      Markup.escaped("<script>alert('1')</script> ]]> \"&\u{202e}\u{1b}[2J")
        == "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; ]]&gt; &quot;&amp;\\u{202e}\\x1b[2J")
  }

  @Test func bytesAreShownAsTheyAre() {
    let bytes: [UInt8] = Array("é\u{9b}\t".utf8) + [0xE9, 0x41, 0xFF]
    #expect(RawText.escaped(bytes[...]) == "é\\u{9b}\\t\\xe9A\\xff")
  }

  @Test func linesFit() {
    let style = TextStyle(width: 40)
    for text in ["a b c", String(repeating: "x", count: 200), "日本語の長い行です日本語の長い行です日本語", ""] {
      for line in style.wrapped(text, 20) { #expect(TextStyle.columns(line) <= 20) }
      #expect(TextStyle.columns(style.fit(text, 10)) <= 10)
    }
    #expect(style.wrapped("one two three", 7) == ["one two", "three"])
  }

  @Test func numbers() {
    #expect(Markup.number(12.5) == "12.50" && Markup.number(3) == "3" && Markup.number(0.004) == "0")
  }
}
