import Testing

@testable import Delivery

@Suite struct AnswerTableTests {
  private func action(_ status: Int, _ body: String, isCut: Bool = false) -> AnswerAction {
    Array(body.utf8).withUnsafeBufferPointer {
      AnswerTable.action(DeliveryAnswer(id: 1, outcome: .status(status), body: $0, isBodyCut: isCut))
    }
  }

  @Test func taken() {
    #expect(action(200, #"{"task":"x","errors":[],"warnings":["w"]}"#) == .acknowledge)
    #expect(action(200, "{}") == .acknowledge)
    #expect(action(200, #"{"errors":null}"#) == .acknowledge)
    #expect(action(201, #"{"task":"x"}"#) == .acknowledge)
    #expect(action(200, #"{"task":"x","response":{"a":"b"#, isCut: true) == .acknowledge)
  }

  @Test func takenPartly() {
    #expect(action(200, "null") == .acknowledgePartly)
    #expect(action(200, "") == .acknowledgePartly)
    #expect(action(200, #"{"errors":["a"]}"#) == .acknowledgePartly)
    #expect(action(200, #"{"errors":"a"}"#) == .acknowledgePartly)
    #expect(action(226, #"{"errors":["a"]}"#) == .acknowledgePartly)
    #expect(action(226, "") == .acknowledgePartly)
  }

  @Test(arguments: [
    ("Invalid event source `x`. Request came from IP: `1` width payload: bot", DeliveryStop.wrongSource),
    ("invalid event source `x`", .wrongSource), ("Event source disabled.", .wrongSource),
    ("Internal event sources are not allowed via API.", .wrongSource),
    (
      "This endpoint allows only bridges of types ['rest'], but the even source `a`.`b` has types `['x']`.",
      .wrongSource
    ),
    ("Event source `x` is not within allowed bridge types ['rest'].", .wrongSource),
    ("Event source `x` requires origin header.", .wrongOrigin),
    ("Event source `x`. Disallows url: https://a", .wrongOrigin),
    ("Can not use static profile id without profile.id.", .staticProfile),
  ])
  func settings(_ text: String, _ stop: DeliveryStop) {
    for status in [401, 406, 500] { #expect(action(status, #"{"detail":"\#(text)"}"#) == .stop(stop)) }
    #expect(action(406, text) == .stop(stop))
    #expect(action(200, #"{"detail":"\#(text)"}"#) == .acknowledge)
  }

  @Test func bots() {
    for status in [401, 406] { #expect(action(status, #"{"detail":"Traffic from bot is not allowed."}"#) == .giveUp) }
  }

  @Test func visitorsWordsDecideNothing() {
    let quoted = #"{"detail":"'NoneType' object: {\"url\":\"/invalid event source/Traffic from bot is not allowed\"}"}"#
    #expect(action(500, quoted) == .retry(isOverload: false))
    #expect(action(422, #"{"detail":[{"msg":"x","input":"Invalid event source"}]}"#) == .isolate)
  }

  @Test func otherStatuses() {
    let expected: [(Int, AnswerAction)] = [
      (301, .doubt(.noTracker)), (307, .doubt(.noTracker)), (400, .isolate), (401, .doubt(.refused)),
      (403, .doubt(.refused)), (404, .doubt(.noTracker)), (405, .doubt(.noTracker)), (406, .doubt(.refused)),
      (408, .retry(isOverload: true)), (413, .split), (422, .isolate), (425, .retry(isOverload: true)),
      (429, .retry(isOverload: true)), (500, .retry(isOverload: false)), (502, .retry(isOverload: false)),
      (503, .retry(isOverload: true)), (504, .retry(isOverload: false)), (204, .doubt(.noTracker)),
      (418, .doubt(.noTracker)), (501, .doubt(.noTracker)),
    ]
    for (status, wanted) in expected { #expect(action(status, "{}") == wanted, "\(status)") }
  }

  @Test func noAnswer() {
    #expect(AnswerTable.action(DeliveryAnswer(id: 1, outcome: .failure("reset"))) == .retry(isOverload: false))
    #expect(AnswerTable.action(DeliveryAnswer(id: 1, outcome: .misconfigured("tls"))) == .stopAtFirst(.misconfigured))
  }

  @Test(arguments: ["<html>It works!</html>", "[]", "OK", "nul", "7", #"{"task":"#, #"{"task":"x","errors":["#])
  func notATracker(_ body: String) { #expect(action(200, body) == .doubt(.noTracker)) }
}

@Suite struct RetryAfterTests {
  /// 1994-11-06T08:49:37Z
  private let time: Int64 = 784_111_777_000

  @Test func seconds() {
    #expect(RetryAfter.delay("120", now: time) == 120 * second)
    #expect(RetryAfter.delay(" 0 ", now: time) == 0)
    #expect(RetryAfter.delay("901", now: time) == 900 * second)
    #expect(RetryAfter.delay("99999999999999999999", now: time) == 900 * second)
    #expect(RetryAfter.delay("Fri, 31 Dec 9999 23:59:59 GMT", now: time) == 900 * second)
  }

  @Test(arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
  func dates(_ text: String) {
    #expect(RetryAfter.delay(text, now: time - 60_000) == 60 * second)
    #expect(RetryAfter.delay(text, now: time + 60_000) == 0)
    #expect(RetryAfter.delay(text, now: time - 86_400_000) == 900 * second)
  }

  @Test(arguments: ["", "soon", "-5", "1.5", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT"])
  func nonsense(_ text: String) { #expect(RetryAfter.delay(text, now: time) == nil) }
}
