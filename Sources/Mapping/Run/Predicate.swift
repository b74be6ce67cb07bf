internal import CEL
internal import Pipeline

/// The outcome of a condition.
enum Truth: UInt8, Sendable {
  case no, yes
  /// An error; the activation's frame says which.
  case failed
}

/// A compiled condition. A struct around its closure, because a closure in an optional, an array or a tuple is wrapped in
/// a thunk for each generic container that it passes, and every call would pay for all of them.
struct Predicate: Sendable {
  private let test: @Sendable (Activation) -> Truth

  init(_ test: @escaping @Sendable (Activation) -> Truth) { self.test = test }

  /// Holds for every record.
  static let always = Predicate { _ in .yes }

  @inline(__always)
  func callAsFunction(_ activation: Activation) -> Truth { test(activation) }
}

enum Predicates {
  /// All must hold; tested in this order.
  static func all(_ terms: [Predicate]) -> Predicate? {
    switch terms.count {
    case 0: return nil
    case 1: return terms[0]
    case 2:
      let (a, b) = (terms[0], terms[1])
      return Predicate { activation in
        let truth = a(activation)
        return truth == .yes ? b(activation) : truth
      }
    case 3:
      let (a, b, c) = (terms[0], terms[1], terms[2])
      return Predicate { activation in
        var truth = a(activation)
        if truth == .yes { truth = b(activation) }
        return truth == .yes ? c(activation) : truth
      }
    default:
      guard let rest = all(Array(terms.dropFirst(2))) else { return nil }
      let (a, b) = (terms[0], terms[1])
      return Predicate { activation in
        var truth = a(activation)
        if truth == .yes { truth = b(activation) }
        return truth == .yes ? rest(activation) : truth
      }
    }
  }

  /// One of several must hold; tested in this order. There is at least one.
  static func any(_ terms: [Predicate]) -> Predicate {
    if terms.count == 1 { return terms[0] }
    return Predicate { activation in
      for index in terms.indices {
        let truth = terms[index](activation)
        if truth != .no { return truth }
      }
      return .no
    }
  }

  static func not(_ term: Predicate) -> Predicate {
    Predicate { activation in
      switch term(activation) {
      case .no: .yes
      case .yes: .no
      case .failed: .failed
      }
    }
  }

  /// A boolean expression; an absent optional boolean is false.
  static func expression(_ evaluate: @escaping Evaluate, site: Int) -> Predicate {
    Predicate { activation in
      let value = evaluate(activation)
      if value.isTrue { return .yes }
      if value.isError {
        activation.fail(value, site: site)
        return .failed
      }
      return value.isPresent && value.unwrapped.isTrue ? .yes : .no
    }
  }

  /// A boolean that is present and has this value.
  static func equals(_ evaluate: @escaping Evaluate, _ wanted: Bool, site: Int) -> Predicate {
    Predicate { activation in
      var value = evaluate(activation)
      if value.isNone { return .no }
      if value.isOptional { value = value.unwrapped }
      if value.isError {
        activation.fail(value, site: site)
        return .failed
      }
      return value.kind == .bool && value.bool == wanted ? .yes : .no
    }
  }

  /// A field of the record that has a value, of which there need not be one.
  static func present(_ field: FieldColumn) -> Predicate {
    Predicate { activation in field.field(activation).isMissing ? .no : .yes }
  }

  static func present(_ evaluate: @escaping Evaluate, site: Int) -> Predicate {
    Predicate { activation in
      let value = evaluate(activation)
      if value.isError {
        activation.fail(value, site: site)
        return .failed
      }
      return value.isNone ? .no : .yes
    }
  }

  /// Text against patterns; absent never matches.
  static func text(_ evaluate: @escaping Evaluate, _ patterns: PatternIndex, site: Int) -> Predicate {
    Predicate { activation in
      var value = evaluate(activation)
      if value.isOptional {
        if value.isNone { return .no }
        value = value.unwrapped
      }
      if value.isError {
        activation.fail(value, site: site)
        return .failed
      }
      return value.kind == .string && patterns.matches(value.utf8) ? .yes : .no
    }
  }

  /// A field of the record against one set of an index; absent never matches.
  static func text(_ field: FieldColumn, _ index: PatternIndex, _ set: Int) -> Predicate {
    let (word, bit) = (set >> 6, UInt64(1) << UInt64(set & 63))
    return Predicate { activation in
      let answer = activation.frame.pointee.answers + index.place
      let whole = activation.frame.pointee.wholeAnswer
      if answer.pointee != whole {
        let value = field.field(activation)
        guard value.kind == .text else {
          answer.pointee = whole
          index.matchNothing(answer + 1)
          return .no
        }
        if answer.pointee != whole &- 1 {
          answer.pointee = whole &- 1
          index.matchFront(value.bytes, answer + 1)
        }
        if answer[1 &+ word] & bit != 0 { return .yes }
        answer.pointee = whole
        index.matchRest(value.bytes, answer + 1)
      }
      return answer[1 &+ word] & bit != 0 ? .yes : .no
    }
  }

  /// Text against one set of an index; absent never matches.
  static func text(_ evaluate: @escaping Evaluate, _ index: PatternIndex, _ set: Int, site: Int) -> Predicate {
    let (word, bit) = (set >> 6, UInt64(1) << UInt64(set & 63))
    return Predicate { activation in
      let answer = activation.frame.pointee.answers + index.place
      let whole = activation.frame.pointee.wholeAnswer
      if answer.pointee != whole {
        var value = evaluate(activation)
        if value.isError {
          activation.fail(value, site: site)
          return .failed
        }
        if value.isPresent { value = value.unwrapped }
        answer.pointee = whole
        if value.kind == .string {
          index.match(value.utf8, answer + 1)
        } else {
          index.matchNothing(answer + 1)
        }
      }
      return answer[1 &+ word] & bit != 0 ? .yes : .no
    }
  }

  /// A field of the record within a range.
  static func number(_ field: FieldColumn, _ range: ClosedRange<Int64>) -> Predicate {
    let (low, high) = (range.lowerBound, range.upperBound)
    return Predicate { activation in
      let value = field.field(activation)
      return value.kind == .int && value.integer >= low && value.integer <= high ? .yes : .no
    }
  }

  /// A field of the record within any of several ranges.
  static func number(_ field: FieldColumn, _ ranges: [ClosedRange<Int64>]) -> Predicate {
    // Most values lie outside of all of them.
    let low = ranges.map(\.lowerBound).min() ?? 0
    let high = ranges.map(\.upperBound).max() ?? 0
    return Predicate { activation in
      let value = field.field(activation)
      guard value.kind == .int, value.integer >= low, value.integer <= high else { return .no }
      for range in ranges where range.contains(value.integer) { return .yes }
      return .no
    }
  }

  /// A whole number within any of the ranges; absent never matches.
  static func number(_ evaluate: @escaping Evaluate, _ ranges: [ClosedRange<Int64>], site: Int) -> Predicate {
    if ranges.count == 1 {
      let (low, high) = (ranges[0].lowerBound, ranges[0].upperBound)
      return Predicate { activation in
        let value = evaluate(activation)
        if value.isPlain(.int) { return value.int >= low && value.int <= high ? .yes : .no }
        return other(activation, value, ranges, site)
      }
    }
    return Predicate { activation in other(activation, evaluate(activation), ranges, site) }
  }

  private static func other(
    _ activation: Activation, _ value: Value, _ ranges: [ClosedRange<Int64>], _ site: Int
  ) -> Truth {
    if value.isError {
      activation.fail(value, site: site)
      return .failed
    }
    if value.isNone { return .no }
    let plain = value.isOptional ? value.unwrapped : value
    guard plain.kind == .int else { return .no }
    for range in ranges where range.contains(plain.int) { return .yes }
    return .no
  }
}
