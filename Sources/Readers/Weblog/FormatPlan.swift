/// A format text compiled: one step for each field, with the literal that ends it, and the names that come of it.
struct FormatPlan: Sendable {
  struct Step: Sendable {
    var field: LogField
    /// The literal behind it; empty at the end of the line.
    var terminator: [UInt8]
    /// The field that it is; empty for a time that is not the first part of `time`.
    var name = ""
    /// The field of the port behind a host; empty if there is none.
    var port = ""
    /// What of a request comes of it, without what another field has.
    var parts: [RequestPart] = []
    var isLast = false
    /// A host that ends at the slash of the target behind it.
    var isHost = false

    /// The names of all that comes of it.
    var outputs: [String] { [name, port].filter { !$0.isEmpty } + parts.map(\.name) }
  }

  var title: String
  var escape: LogFormat.Escape
  /// The literal before the first field.
  var prefix: [UInt8] = []
  var steps: [Step] = []
  /// Whether the format dates its records.
  var hasTime = false
  /// Whether `time` is made of several fields, or of one that need not be complete.
  var isComposite = false
  /// Which of the format's times it is.
  var timeName = "time"

  init(_ format: LogFormat) throws(FormatError) {
    title = format.title
    escape = format.escape
    let pieces = FormatPlan.joined(format.pieces)
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .literal(let bytes):
        if steps.isEmpty { prefix = bytes } else { steps[steps.count - 1].terminator = bytes }
      case .field(let field):
        if index > 0, case .field(let before) = pieces[index - 1], FormatPlan.isHost(before, before: field) {
          steps[steps.count - 1].terminator = [UInt8(ascii: "/")]
          steps[steps.count - 1].isHost = true
        } else if index > 0, case .field(let before) = pieces[index - 1], !before.kind.isTime {
          throw FormatError(
            "\(before.source) and \(field.source) touch, so that nothing tells where the first ends", 0, 1,
            "put a blank, a quote or another separator between them")
        }
        steps.append(Step(field: field, terminator: []))
      }
    }
    guard !steps.isEmpty else { throw FormatError("the format has no field", 0, 1, "name a preset: combined") }
    steps[steps.count - 1].isLast = true
    name()
  }

  /// Whether a line begins with the client or the host, and not with a time of its own.
  var beginsWithClient: Bool { ["ip", "host"].contains(steps.first?.field.names.first) }

  /// Whether the field has a quote before and behind it.
  func isBetweenQuotes(_ index: Int) -> Bool {
    let quote = UInt8(ascii: "\"")
    return index > 0 && index < steps.count && steps[index - 1].terminator.last == quote
      && steps[index].terminator.first == quote
  }

  /// Whether nothing but its slash has to tell where the target begins: `$host$request_uri`.
  private static func isHost(_ field: LogField, before target: LogField) -> Bool {
    (field.kind == .text || field.kind == .hostPort) && field.names.first == "host"
      && ["target", "path"].contains(target.names.first)
  }

  private static func isQuote(_ pieces: [LogFormat.Piece], _ index: Int) -> Bool {
    guard index < pieces.count, case .literal(let bytes) = pieces[index] else { return false }
    return bytes.first == UInt8(ascii: "\"")
  }

  private var timeFields: [LogField] {
    steps.map(\.field).filter { $0.kind.isTime && $0.names[0] == timeName }
  }

  private var patterns: [TimePattern] {
    timeFields.compactMap { if case .pattern(let pattern) = $0.kind { pattern } else { nil } }
  }

  private var hasWholeTime: Bool { timeFields.contains { !FormatPlan.isPart($0.kind) } }

  /// Whether the text of the time does not say its offset from UTC.
  var needsZone: Bool { hasTime && !hasWholeTime && !patterns.contains(where: \.hasOffset) }

  /// Why the parts make no time.
  var timeProblem: String? {
    guard hasTime, !hasWholeTime else { return nil }
    guard patterns.contains(where: \.hasDate) || patterns.contains(where: \.hasEpoch) else {
      return "the format's time has no complete date"
    }
    return patterns.contains(where: \.hasTime) ? nil : "the format's time has no time of day"
  }

  /// Fields that only make sense together become one: `%U%q`, `$uri$is_args$args`, `%v:%p`.
  private static func joined(_ pieces: [LogFormat.Piece]) -> [LogFormat.Piece] {
    var result: [LogFormat.Piece] = []
    for (index, piece) in pieces.enumerated() {
      guard case .field(let field) = piece else {
        result.append(piece)
        continue
      }
      if case .field(var before) = result.last {
        let isQuery = before.names.first == "path" && field.kind == .query
        let isArguments = before.names.first == "path" && field.source == "$is_args"
        let isRest = before.kind == .target && before.names.first == "target" && field.names.first == "query"
        if isQuery || isArguments || isRest {
          before.kind = .target
          before.names = ["target"]
          before.summary = "target of the request"
          before.source += field.source
          result[result.count - 1] = .field(before)
          continue
        }
      }
      if field.kind == .int, field.names.contains(where: { $0.hasSuffix("port") }), result.count >= 2,
        case .literal(let colon) = result[result.count - 1], colon == [UInt8(ascii: ":")],
        case .field(var before) = result[result.count - 2], [.text, .free].contains(before.kind)
      {
        before.kind = before.names.first == "host" ? .hostPort : .addressPort
        before.source += ":" + field.source
        before.names = before.names + ["\n"] + field.names
        result.removeLast()
        result[result.count - 1] = .field(before)
        continue
      }
      // A request spelled out in quotes is a request: its target may have blanks.
      if field.names.first == "protocol", isQuote(pieces, index + 1), result.count >= 4,
        case .field(let target) = result[result.count - 2],
        target.kind == .target, case .field(var method) = result[result.count - 4], method.names.first == "method",
        case .literal([0x20]) = result[result.count - 1], case .literal([0x20]) = result[result.count - 3]
      {
        method.kind = .request
        method.source += " \(target.source) \(field.source)"
        method.names = ["request"]
        method.summary = "request line"
        result.removeLast(4)
        result.append(.field(method))
        continue
      }
      result.append(piece)
    }
    return result
  }

  /// Gives every field a name that no other has: the first free one of its own, else one with a number.
  private mutating func name() {
    var taken: Set<String> = ["time"]
    if !steps.contains(where: { $0.field.kind.isTime && $0.field.names[0] == "time" }) { timeName = "end_time" }
    for index in steps.indices {
      let field = steps[index].field
      if field.kind.isTime {
        // Times of the request's end only count where there is no other.
        if field.names[0] == timeName {
          isComposite = isComposite || hasTime || FormatPlan.isPart(field.kind)
          if !hasTime { steps[index].name = "time" }
          hasTime = true
        }
        continue
      }
      let names = field.names.split(separator: "\n")
      steps[index].name = FormatPlan.free(Array(names[0]), &taken)
      if [.hostPort, .addressPort].contains(field.kind), names.count > 1 {
        steps[index].port = FormatPlan.free(Array(names[1]), &taken)
      }
      let parts =
        switch field.kind {
        case .request: RequestPart.allCases
        case .target: RequestPart.ofTarget
        default: [RequestPart]()
        }
      steps[index].parts = parts.filter { taken.insert($0.name).inserted }
    }
  }

  private static func isPart(_ kind: LogField.Kind) -> Bool {
    switch kind {
    case .fraction, .pattern: true
    default: false
    }
  }

  private static func free(_ names: [String], _ taken: inout Set<String>) -> String {
    for name in names where taken.insert(name).inserted { return name }
    let stem = names.last ?? "field"
    var number = 2
    while !taken.insert("\(stem)_\(number)").inserted { number += 1 }
    return "\(stem)_\(number)"
  }
}
