/// What stands behind the time in a line of the combined format, found in one go:
///
///     …] "GET /path HTTP/1.1" 200 5120 "https://referer/" "agent"
///
/// Nearly all lines of the world's logs end like this, and step by step each of the five fields costs more for being looked
/// up in the plan than for being read. Anything unusual (a backslash, an inner quote, a number that is none) is left to the
/// steps, which know what it means; so a line gives the same fields either way.
struct CombinedTail {
  /// The steps of the plan that it stands for.
  static let steps = 5

  /// Where the request ends.
  let request: UnsafePointer<UInt8>
  let status: Int64
  /// nil where there is a dash.
  let bytes: Int64?
  let referer: (start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>)
  let agent: (start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>)

  /// - Parameters:
  ///   - start: the request's first byte, behind its quote.
  ///   - end: of the line. What stands there and behind it is a line end or zero, of which nothing here is made: so each
  ///     byte may be looked at once the ones before it have been recognised.
  ///   - line: what is marked in it; the first six behind the time must be this end's quotes.
  @inline(__always)
  init?(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ line: LineMarks.Line) {
    let quote = UInt8(ascii: "\"")
    let blank = UInt8(ascii: " ")
    var line = line
    while line.count > 6, line.place(0) < start - 1 { line.dropFirst() }
    guard line.count >= 6, line.place(0) == start - 1 else { return nil }

    let request = line.place(1)
    guard request[0] == quote, request[1] == blank else { return nil }
    let (first, second, third) = (request[2] &- 48, request[3] &- 48, request[4] &- 48)
    guard first < 10, second < 10, third < 10, request[5] == blank else { return nil }

    var at = request + 6
    var bytes: Int64?
    if at[0] == UInt8(ascii: "-") {
      at += 1
    } else {
      var value: Int64 = 0
      let digits = at
      while at[0] &- 48 < 10, at - digits < 18 {
        value = value &* 10 &+ Int64(at[0] &- 48)
        at += 1
      }
      guard at > digits else { return nil }
      bytes = value
    }
    guard at[0] == blank, at[1] == quote, at + 1 == line.place(2) else { return nil }

    let referer = at + 2
    let refererEnd = line.place(3)
    guard refererEnd[0] == quote, refererEnd[1] == blank, refererEnd[2] == quote else { return nil }

    let agent = refererEnd + 3
    let agentEnd = line.place(5)
    guard agent - 1 == line.place(4), agentEnd < end, agentEnd[0] == quote else { return nil }

    self.request = request
    status = Int64(first) &* 100 &+ Int64(second) &* 10 &+ Int64(third)
    self.bytes = bytes
    self.referer = (referer, refererEnd)
    self.agent = (agent, agentEnd)
  }

  /// Whether the step at `time` and those behind it are a combined line's. After the agent more may follow.
  static func follows(_ time: Int, in steps: [FormatPlan.Step]) -> Bool {
    guard steps[time].field.kind == .commonTime, steps.count > time + CombinedTail.steps else { return false }
    let shape: [(kind: LogField.Kind, terminator: String)] = [
      (.commonTime, "] \""), (.request, "\" "), (.int, " "), (.int, " \""), (.text, "\" \""),
    ]
    for (step, part) in zip(steps[time...], shape) {
      guard step.field.kind == part.kind, step.terminator == Array(part.terminator.utf8) else { return false }
    }
    let agent = steps[time + CombinedTail.steps]
    return [.text, .free].contains(agent.field.kind) && agent.terminator.first == UInt8(ascii: "\"")
  }
}
