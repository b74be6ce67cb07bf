import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Delivery

@Suite struct JSONCursorTests {
  private func isSound(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBufferPointer {
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
    let text = Array(Payloads.payload(3, profile: 1, events: 2).utf8)
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
      let ours = mutated.withUnsafeBufferPointer {
        var cursor = JSONCursor($0)
        return cursor.skip() && cursor.isAtEnd()
      }
      let theirs = (try? JSONSerialization.jsonObject(with: Data(mutated), options: .fragmentsAllowed)) != nil
      #expect(!ours || theirs, "\(String(decoding: mutated, as: UTF8.self))")
    }
  }

  @Test func texts() {
    let text = Array(#""a\u0062\ud83d\ude00\ud83dx\n""#.utf8)
    text.withUnsafeBufferPointer {
      var cursor = JSONCursor($0)
      guard let found = cursor.string() else { return #expect(Bool(false)) }
      #expect(String(decoding: cursor.decoded(found), as: UTF8.self) == "ab😀\u{FFFD}x\n")
    }
  }
}

@Suite struct PayloadOutlineTests {
  private func outline(_ text: String) throws -> PayloadOutline {
    try Array(text.utf8).withUnsafeBufferPointer { try PayloadOutline($0) }
  }

  @Test func lanes() throws {
    func lane(_ rest: String) throws -> UInt64? { try outline(#"{"source":{"id":"a"},\#(rest)}"#).lane }
    let plain = try lane(#""profile":{"id":"p1"}"#)
    #expect(plain != nil)
    #expect(try lane(#""profile":{"metadata":{"id":1},"id":" p\u0031 "},"session":{"id":"x"}"#) == plain)
    #expect(try lane(#""profile":{"id":"p2"},"profile":{"id":"p1"}"#) == plain)
    #expect(try lane(#""profile":{"id":"p2"}"#) != plain)
    #expect(try lane(#""profile":null,"session":{"id":"p1"}"#) == plain)
    #expect(try lane(#""profile":{"id":""},"events":[]"#) == nil)
    #expect(try lane(#""events":[{"profile":{"id":"p1"}}]"#) == nil)
  }

  @Test func headers() throws {
    func headers(_ text: String) throws -> [String?] {
      let found = try outline(#"{"source":{"id":"a"},"request":{"headers":{\#(text)}}}"#)
      return [found.forwardedFor, found.acceptLanguage].map { $0.map { String(decoding: $0, as: UTF8.self) } }
    }
    #expect(
      try headers(#""X-Forwarded-For":"192.0.2.1","accept-LANGUAGE":" de, en;q=0.5 ""#) == [
        "192.0.2.1", "de, en;q=0.5",
      ])
    #expect(try headers(#""x-forwarded-for":"192.0.2.1\r\nX-Evil: 1","accept-language":"d\u00e9""#) == [nil, nil])
    #expect(try headers(#""x-forwarded-for":7,"accept-language":null,"x":{}"#) == [nil, nil])
  }

  @Test func events() throws {
    let text = #"{"events":[ {"id":"a"} , {"x":{"id":"no"}}, 7 ],"source":{}}"#
    #expect(try outline(text).eventCount == 3)
    let events = Array(text.utf8).withUnsafeBufferPointer { bytes in
      PayloadOutline.events(of: bytes).map { (String(decoding: bytes[$0.range], as: UTF8.self), $0.id) }
    }
    #expect(events.map(\.0) == [#"{"id":"a"}"#, #"{"x":{"id":"no"}}"#, "7"])
    #expect(events.map(\.1) == [Array("a".utf8), nil, nil])
  }

  @Test(arguments: [
    "", "[]", "7", "{", #"{"events":[]}"#, #"{"source":"a"}"#, #"{"source":{},"events":{}}"#, #"{"source":{}} x"#,
    #"{"source":{},"events":[1,}"#,
  ])
  func faults(_ text: String) {
    #expect(throws: PayloadOutline.Fault.self) { try outline(text) }
  }

  @Test func textMustBeUTF8() {
    let bytes = Array(#"{"source":{"id":""#.utf8) + [0xFF] + Array(#""}}"#.utf8)
    _ = bytes.withUnsafeBufferPointer { bytes in
      #expect(throws: PayloadOutline.Fault.self) { try PayloadOutline(bytes) }
    }
  }
}
