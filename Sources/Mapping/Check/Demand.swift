internal import CEL
internal import Pipeline

/// What a condition demands, as far as two conditions can be compared without running them.
///
/// All questions are answered on the safe side: "no" may also mean "not known".
struct Demand {
  /// By path: one of these must match.
  let when: [String: ValueSet]
  let needs: Set<String>
  /// The text of `if`.
  let condition: String?
  /// Whether `if` is `false` for every record.
  let isNever: Bool
  let unlessMap: [String: ValueSet]?
  let unlessText: String?
  /// Only of drop entries; it holds for records that lack something, which no other demand implies.
  let asksForAbsence: Bool
  let span: SourceSpan
  /// Whether some part of it cannot be compared.
  private let isOpaque: Bool
  /// Whether every path of `unless_present` is one that no record lacks.
  private let asksInVain: Bool
  /// Paths that no record lacks.
  private let present: Set<String>

  init(_ node: ConfigNode, span: SourceSpan, _ compiler: ExpressionCompiler) {
    self.span = span
    when = Self.sets(node["when"], compiler)
    let needed = (node["needs"]?.list ?? node["needs"].map { [$0] } ?? []).compactMap(\.scalar)
    needs = Set(needed.map(\.text))
    func isAlwaysThere(_ name: ConfigScalar) -> Bool {
      // Of a value of any type, as after an error, nothing is certain.
      compiler.program(at: name.span).map { $0.type.unwrapped == nil && $0.type != .dyn } ?? false
    }
    // A path that is named twice is narrowed for the second only by the first.
    present = needs.subtracting(needed.filter { !isAlwaysThere($0) }.map(\.text))
    let asked = (node["unless_present"]?.list ?? node["unless_present"].map { [$0] } ?? []).compactMap(\.scalar)
    asksInVain = !asked.isEmpty && asked.allSatisfy(isAlwaysThere)
    let known = node["if"]?.scalar.flatMap { compiler.program(at: $0.span)?.constant }
    // What is always true asks for nothing.
    condition = known?.isTrue ?? false ? nil : node["if"]?.scalar.map { Self.normal($0.text) }
    isNever = known?.isFalse ?? false
    unlessText = node["unless"]?.scalar.map { Self.normal($0.text) }
    unlessMap = node["unless"]?.entries == nil ? nil : Self.sets(node["unless"], compiler)
    isOpaque =
      node["when"].map { $0.entries == nil } ?? false || node["if"].map { $0.scalar == nil } ?? false
      || node["unless"].map { $0.list != nil } ?? false
    asksForAbsence = node["unless_present"] != nil
  }

  private static func sets(_ node: ConfigNode?, _ compiler: ExpressionCompiler) -> [String: ValueSet] {
    var sets: [String: ValueSet] = [:]
    for entry in node?.entries ?? [] {
      let values = (entry.value.list ?? [entry.value]).compactMap(\.text)
      let program = compiler.program(at: entry.keySpan)
      sets[entry.key] = ValueSet(values, of: program, path: entry.key, compiler)
    }
    return sets
  }

  /// Expressions are compared as text without blanks at their ends.
  private static func normal(_ text: String) -> String {
    String(text.drop { $0 == "=" || $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// Whether every record that satisfies `other` satisfies this one too.
  func covers(_ other: Demand, _ budget: inout Int) -> Bool {
    guard !asksForAbsence, !isNever, !isOpaque else { return false }
    for (path, values) in when {
      guard let narrower = other.when[path], values.contains(narrower, &budget) else { return false }
    }
    for path in needs where !present.contains(path) && !other.implies(path) { return false }
    if let condition, condition != other.condition { return false }
    if let unlessText, unlessText != other.unlessText { return false }
    if let unlessMap {
      let excluded = unlessMap.contains { path, values in
        other.when[path].map { values.isDisjoint(from: $0, &budget) } ?? false
      }
      let sameExclusion = other.unlessMap.map { theirs in
        // Their exception takes at least what this one does.
        theirs.allSatisfy { path, values in unlessMap[path].map { values.contains($0, &budget) } ?? false }
      }
      guard excluded || sameExclusion ?? false else { return false }
    }
    return true
  }

  /// Whether the demand rules out records that lack the path.
  private func implies(_ path: String) -> Bool {
    (Array(needs) + when.keys).contains { $0 == path || $0.hasPrefix(path + ".") }
  }

  /// Whether no record can satisfy it, and why.
  func contradiction(_ budget: inout Int) -> Contradiction? {
    if isNever { return Contradiction("its `if` is always false") }
    if asksInVain {
      return Contradiction(
        "no record lacks what it asks for",
        remedy: "if some do, their field is of an optional type: optional string; else remove the condition")
    }
    if let condition, condition == unlessText { return Contradiction("`unless` takes back its `if`") }
    for (path, values) in when.sorted(by: { $0.key < $1.key }) where values.isImpossible {
      return Contradiction("'\(path)' is lower-case, the pattern is not", remedy: "write the pattern in small letters")
    }
    if let unlessMap, !unlessMap.isEmpty {
      let takesAll = unlessMap.allSatisfy { path, values in
        when[path].map { values.contains($0, &budget) } ?? false
      }
      if takesAll { return Contradiction("`unless` takes back its `when`") }
    }
    return nil
  }

  /// Why no record can satisfy a demand, and what to do.
  struct Contradiction {
    let reason: String
    let remedy: String

    init(_ reason: String, remedy: String = "mend the condition, or remove it") {
      (self.reason, self.remedy) = (reason, remedy)
    }
  }
}

/// The values that one key of `when` accepts.
struct ValueSet {
  private let texts: [String]
  private let exact: Set<String>
  private let patterns: PatternIndex?
  /// Merged and in order; nil unless the field is a whole number.
  private let ranges: [ClosedRange<Int64>]?
  private let isKnown: Bool
  /// Whether nothing can match: capitals where the value has none.
  let isImpossible: Bool

  init(_ texts: [String], of program: Program?, path: String, _ compiler: ExpressionCompiler) {
    let type = program.map { $0.type.unwrapped ?? $0.type }
    let paths = PathTexts(compiler)
    self.texts = texts
    exact = Set(texts.filter { !$0.contains("*") && !$0.hasPrefix("~") })
    isKnown = type == .int || type == .string || type == .bool
    ranges = type == .int ? Self.ranges(texts) : nil
    let globs = type == .string ? texts.filter { $0.contains("*") && !$0.hasPrefix("~") } : []
    let fits = globs.allSatisfy { Glob.pieces(Array($0.utf8)) <= Glob.longest }
    patterns =
      globs.isEmpty || !fits
      ? nil
      : program.map { program in
        PatternIndex(globs.map { paths.pattern($0, of: program.expression) })
      }
    isImpossible =
      type == .string && !texts.isEmpty && compiler.isLowerCase(path)
      && texts.allSatisfy { !$0.hasPrefix("~") && $0.utf8.contains { $0 >= 65 && $0 <= 90 } }
  }

  private static func ranges(_ texts: [String]) -> [ClosedRange<Int64>]? {
    var ranges: [ClosedRange<Int64>] = []
    for text in texts {
      guard let range = WhenRange.parse(text) else { return nil }
      ranges.append(range)
    }
    var merged: [ClosedRange<Int64>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  /// Whether every value that the other accepts is accepted here.
  func contains(_ other: ValueSet, _ budget: inout Int) -> Bool {
    guard isKnown, !other.texts.isEmpty else { return false }
    if let ranges, let others = other.ranges {
      return others.allSatisfy { inner in
        ranges.contains { $0.lowerBound <= inner.lowerBound && inner.upperBound <= $0.upperBound }
      }
    }
    guard ranges == nil, other.ranges == nil else { return false }
    return other.texts.allSatisfy { inner in
      if exact.contains(inner) { return true }
      budget -= texts.count
      guard budget > 0 else { return false }
      if texts.contains(inner) { return true }
      guard !inner.hasPrefix("~") else { return false }
      if !inner.contains("*") { return matches(inner) }
      return texts.contains { Self.glob($0, contains: inner) }
    }
  }

  /// Whether no value is accepted by both.
  func isDisjoint(from other: ValueSet, _ budget: inout Int) -> Bool {
    guard isKnown, other.isKnown else { return false }
    if let ranges, let others = other.ranges { return !ranges.contains { a in others.contains { a.overlaps($0) } } }
    budget -= texts.count + other.texts.count
    guard budget > 0, ranges == nil, other.ranges == nil, other.exact.count == Set(other.texts).count,
      !texts.contains(where: { $0.hasPrefix("~") })
    else { return false }
    return other.exact.allSatisfy { !exact.contains($0) && !matches($0) }
  }

  private func matches(_ text: String) -> Bool {
    guard let patterns else { return false }
    var text = text
    return text.withUTF8 { patterns.matches($0) }
  }

  /// `/a/**` holds `/a/b/*`, `*.js` holds `/static/*.min.js`.
  private static func glob(_ outer: String, contains inner: String) -> Bool {
    if outer.hasSuffix("/**"), !outer.dropLast(2).contains("*") { return inner.hasPrefix(outer.dropLast(2)) }
    guard !outer.contains("/"), outer.first == "*", !outer.dropFirst().contains("*") else { return false }
    let tail = inner[(inner.lastIndex(of: "*") ?? inner.startIndex)...].dropFirst()
    return outer.count > 1 && tail.hasSuffix(outer.dropFirst())
  }
}
