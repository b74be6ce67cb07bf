import Testing

@testable import Delivery

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
