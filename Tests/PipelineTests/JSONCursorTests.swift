import Foundation
import Pipeline
import TestSupport
import Testing

@Suite struct JSONCursorTests {
  private func isSound(_ text: String) -> Bool { isSound(Array(text.utf8)) }

  private func isSound(_ text: [UInt8]) -> Bool {
    text.withUnsafeBufferPointer {
      var cursor = JSONCursor($0)
      return cursor.skip() && cursor.isAtEnd()
    }
  }

  @Test(arguments: [
    "{}", "[]", "null", "true", " false ", "0", "-0", "1.5e-3", "1E+9", #""""#, #""\"\\\/\b\f\n\r\té😀""#, "\"ü\"",
    #"{"a":[1,{"b":null}],"":{}}"#, " [ 1 , 2 ] ", #"{ "a" : 1 }"#,
  ])
  func sound(_ text: String) { #expect(isSound(text)) }

  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", "01", "1.", ".5", "1e",
    "+1",
    "nul", "truex", "NaN", #"""#, #""\x""#, #""\u12g4""#, #""\u12"#, "\"\u{01}\"", "{} {}", "[1 2]", "--1", "'a'",
  ])
  func unsound(_ text: String) { #expect(!isSound(text)) }

  @Test func depthIsBounded() {
    #expect(isSound(String(repeating: "[", count: 128) + String(repeating: "]", count: 128)))
    #expect(!isSound(String(repeating: "[", count: 129) + String(repeating: "]", count: 129)))
    #expect(!isSound(String(repeating: "[", count: 100_000)))
  }

  @Test func neverTakesWhatFoundationRefuses() {
    let text = Array(
      #"{"source":{"id":"web"},"session":{"id":"s3"},"events":[{"id":"e1","properties":{"n":-1.5e3}},{"id":"e2"}]}"#
        .utf8)
    var random = Seeded(7)
    for _ in 0..<2000 {
      var mutated = text
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<mutated.count, using: &random)
        let byte = Array("{}[]\",:0x\\ \u{01}".utf8).randomElement(using: &random) ?? 0x20
        switch Int.random(in: 0..<3, using: &random) {
        case 0: mutated[at] = byte
        case 1: mutated.remove(at: at)
        default: mutated.insert(byte, at: at)
        }
      }
      let ours = isSound(mutated)
      let theirs = (try? JSONSerialization.jsonObject(with: Data(mutated), options: .fragmentsAllowed)) != nil
      #expect(!ours || theirs, "\(String(decoding: mutated, as: UTF8.self))")
    }
  }

  @Test func texts() throws {
    let text = Array(#""a\u0062\ud83d\ude00\ud83dx\n""#.utf8)
    try text.withUnsafeBufferPointer {
      var cursor = JSONCursor($0)
      let string = cursor.string()
      let found = try #require(string)
      #expect(String(decoding: cursor.decoded(found), as: UTF8.self) == "ab😀\u{FFFD}x\n")
    }
  }
}
