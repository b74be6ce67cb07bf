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
  ///   - start: the request's first byte.
  ///   - end: of the line. What stands there and behind it is a line end or zero, of which nothing here is made: so each
  ///     byte may be looked at once the ones before it have been recognised.
  @inline(__always)
  init?(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) {
    let quote = UInt8(ascii: "\"")
    let blank = UInt8(ascii: " ")
    let backslash = UInt8(ascii: "\\")

    let request = Scan.first(of: quote, or: backslash, start, end)
    guard request < end, request[0] == quote, request[1] == blank else { return nil }
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
    guard at[0] == blank, at[1] == quote else { return nil }

    let referer = at + 2
    let refererEnd =
      referer[0] == UInt8(ascii: "-") && referer[1] == quote
      ? referer + 1 : Scan.first(of: quote, or: backslash, referer, end)
    guard refererEnd < end, refererEnd[0] == quote, refererEnd[1] == blank, refererEnd[2] == quote else { return nil }

    let agent = refererEnd + 3
    let agentEnd = Scan.first(of: quote, or: backslash, agent, end)
    guard agentEnd < end, agentEnd[0] == quote else { return nil }

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
