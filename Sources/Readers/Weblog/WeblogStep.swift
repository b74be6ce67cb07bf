extension WeblogParser {
  /// A step of the plan with everything its kernel needs in one place.
  struct Step {
    /// Which fields are looked at twice, since what ends them lets blanks pass.
    enum Freedom: UInt8 { case none, address, user, counter }
    enum Kind: UInt8 {
      case text, int, micros, seconds, request, target, query, hostPort, addressPort
      case commonTime, isoTime, epoch, fraction, pattern
    }

    let kind: Kind
    let isRequired: Bool
    /// Ends at an unescaped quote rather than at any byte.
    let isQuoted: Bool
    /// Some blanks belong to the value: those of lists, and those of requests without quotes.
    let hasBlanks: Bool
    let isLast: Bool
    /// Takes the rest of the line.
    let isOpen: Bool
    /// Is searched for in a way of its own: see `unusualEnd`.
    let isUnusual: Bool
    /// Ends where a target begins, whose slash is its first byte: `$host$request_uri`.
    let isHost: Bool
    /// Stands between quotes, for which some servers write a lone dash without any.
    let isBetweenQuotes: Bool
    /// Stands before such a field, and cannot be mistaken for what is in it.
    let isBeforeQuotes: Bool
    /// Stands free, so that what stands before the line or between its fields may be taken for a part of it.
    let freedom: Freedom
    /// Ends at the first terminator, and no digit or dash begins one: the two commonest fields, a number and a lone
    /// dash, need no search.
    let isSimple: Bool
    /// The terminator: its first byte, its first eight bytes under a mask, its length.
    let first: UInt8
    let length: Int
    /// Bytes of it that are not of the next field.
    let advance: Int
    let word: UInt64
    let mask: UInt64
    let literal: UnsafePointer<UInt8>
    /// Microseconds of a unit, or digits of a fraction.
    let scale: Int64
    // Slots, negative where nobody asked.
    let main: Int
    let port: Int
    let parts: RequestSlots
    /// In the plan.
    let index: Int

    /// - Parameters:
    ///   - literal: the terminator, which must live as long as the step; the eight bytes behind it are readable.
    ///   - slots: columns of the wanted names.
    init(_ plan: FormatPlan, at index: Int, literal: UnsafePointer<UInt8>, slots: [String: Int]) {
      let planned = plan.steps[index]
      let terminator = planned.terminator
      (kind, scale) = Step.kind(planned.field.kind)
      isRequired = planned.field.isRequired
      isQuoted = terminator.first == UInt8(ascii: "\"")
      hasBlanks = planned.field.kind == .list || planned.field.kind == .request && terminator == [0x20]
      isLast = planned.isLast
      isOpen = planned.isLast && terminator.isEmpty && [.free, .list, .request].contains(planned.field.kind)
      isUnusual = isOpen || hasBlanks || planned.isHost
      isHost = planned.isHost
      freedom = Step.freedom(planned)
      isBetweenQuotes = plan.isBetweenQuotes(index)
      isBeforeQuotes =
        plan.isBetweenQuotes(index + 1)
        && (isBetweenQuotes || [.int, .micros, .seconds].contains(kind) || freedom == .counter)
      isSimple = Step.isSimple(planned)
      first = terminator.first ?? UInt8(ascii: " ")
      length = terminator.count
      advance = planned.isHost ? 0 : terminator.count
      var word: UInt64 = 0
      var mask: UInt64 = 0
      for (shift, byte) in terminator.prefix(8).enumerated() {
        word |= UInt64(byte) << UInt64(shift * 8)
        mask |= UInt64(0xFF) << UInt64(shift * 8)
      }
      self.word = word
      self.mask = mask
      self.literal = literal
      main = slots[planned.name] ?? -1
      port = slots[planned.port] ?? -1
      parts = RequestSlots(planned.parts, slots)
      self.index = index
    }

    private static func freedom(_ step: FormatPlan.Step) -> Freedom {
      guard step.field.kind == .text, step.terminator.count > 1, step.terminator.first != UInt8(ascii: "\"") else {
        return .none
      }
      switch step.field.names.first {
      case "ip": return .address
      case "user": return .user
      // Traefik does not escape the quotes of the agent before it.
      case "note_request_count": return .counter
      default: return .none
      }
    }

    private static func isSimple(_ step: FormatPlan.Step) -> Bool {
      guard let first = step.terminator.first, step.terminator.count <= 8 else { return false }
      let isOfValues = first == UInt8(ascii: "-") || first == UInt8(ascii: "\\") || 48...57 ~= first
      return !isOfValues && step.field.kind != .list && step.field.kind != .request
    }

    private static func kind(_ kind: LogField.Kind) -> (Kind, Int64) {
      switch kind {
      case .text, .list, .free: (.text, 0)
      case .int: (.int, 0)
      case .micros(let unit): (.micros, unit)
      case .seconds: (.seconds, 0)
      case .request: (.request, 0)
      case .target: (.target, 0)
      case .query: (.query, 0)
      case .hostPort: (.hostPort, 0)
      case .addressPort: (.addressPort, 0)
      case .bracketedTime, .commonTime: (.commonTime, 0)
      case .isoTime: (.isoTime, 0)
      case .epoch(let digits): (.epoch, Int64(digits))
      case .fraction(let digits): (.fraction, Int64(digits))
      case .pattern: (.pattern, 0)
      }
    }
  }
}
