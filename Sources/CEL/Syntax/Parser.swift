/// Parses source text into a syntax tree (cel-spec, langdef.md, Syntax, with the syntax of optional values).
///
/// Trees are at most `maximumHeight` high and sources at most `maximumLength` bytes long, so that every later
/// recursion is bounded; terms of `&&` and `||` count as siblings.
public enum Parser {
  public static let maximumHeight = 250
  public static let maximumLength = 64 * 1024

  /// How many syntax errors are reported at most.
  static let maximumIssues = 16

  /// Parses an expression. Behind a syntax error the parser goes on where the next argument, element or term begins, so
  /// that several independent errors are reported at once.
  public static func parse(_ source: String) -> Result<Expression, Issues> {
    let bytes = Array(source.utf8)
    guard bytes.count <= maximumLength else {
      return .failure(
        Issues([Issue(.tooLong, at: 0..<bytes.count, "the expression is longer than \(maximumLength) bytes")]))
    }
    let (tokens, issues) = Lexer.tokens(of: bytes)
    guard let tokens else { return .failure(Issues(issues)) }
    var state = ParserState(source: bytes, tokens: tokens)
    let expression = state.whole()
    // A wrong piece that the parser stumbles over is reported once.
    let others = state.issues.filter { issue in !issues.contains { $0.span == issue.span } }
    guard let expression, issues.isEmpty, state.issues.isEmpty else { return .failure(Issues(issues + others)) }
    return .success(expression)
  }

  /// Where the first comment of a source stands, from `//` to the end of its line. Hosts that keep expressions in one line need
  /// to know: a comment there is the rest of the expression.
  public static func firstComment(in source: String) -> Range<Int>? { Lexer.firstComment(in: Array(source.utf8)) }
}

struct ParserState {
  let source: [UInt8]
  let tokens: [Token]
  var index = 0
  var nextID = 0
  var depth = 0
  var issues: [Issue] = []
  /// The name that stands where an expression could not be read; macros ask nothing of it.
  static let placeholder = ""
  /// Whether a bracket was found that is never closed, so that no bracket around it need be looked for.
  private var isOpenToTheEnd = false

  init(source: [UInt8], tokens: [Token]) {
    self.source = source
    self.tokens = tokens
  }

  var token: Token { tokens[index] }

  // MARK: Recovery

  /// The whole source; nil when it could not be read to the end.
  mutating func whole() -> Expression? {
    while true {
      do throws(SyntaxError) {
        let expression = try self.expression()
        guard token.kind == .end else { throw unexpected() }
        return expression
      } catch {
        issues.append(error.issue)
        guard error.issue.code == .syntax, issues.count < Parser.maximumIssues,
          skip(until: [.and, .or], isInside: false)
        else { return nil }
        index += 1
        isOpenToTheEnd = false
      }
    }
  }

  /// An expression inside of brackets, behind which one of some tokens must come. An error in it is noted, and the
  /// parser goes on at that token with something in its place.
  mutating func inner(before followers: Token.Punctuation...) throws(SyntaxError) -> Expression {
    let start = token.span.lowerBound
    do throws(SyntaxError) {
      let expression = try self.expression()
      if case .punctuation(let next) = token.kind, followers.contains(next) { return expression }
      throw unexpected(followers.last.map { "'\($0.rawValue)'" })
    } catch {
      guard error.issue.code == .syntax, issues.count < Parser.maximumIssues, !isOpenToTheEnd,
        skip(until: followers, isInside: true)
      else { throw error }
      issues.append(error.issue)
      return try make(.identifier(Self.placeholder), start..<start)
    }
  }

  /// Goes to the next of some tokens that is not in brackets opened on the way; false when there is none. Inside of
  /// brackets the search ends where they end.
  private mutating func skip(until wanted: [Token.Punctuation], isInside: Bool) -> Bool {
    var open = 0
    var position = index
    while position < tokens.count {
      if case .punctuation(let punctuation) = tokens[position].kind {
        if open == 0, wanted.contains(punctuation) {
          index = position
          return true
        }
        switch punctuation {
        case .openParenthesis, .openBracket, .openBrace: open += 1
        case .closeParenthesis, .closeBracket, .closeBrace:
          if open > 0 { open -= 1 } else if isInside { return false }
        default: break
        }
      }
      position += 1
    }
    isOpenToTheEnd = true
    return false
  }

  // MARK: Helpers

  func text(_ span: Range<Int>) -> String { String(decoding: source[span], as: UTF8.self) }

  func unexpected(_ wanted: String? = nil) -> SyntaxError {
    let hint = wanted.map { ", expected \($0)" } ?? ""
    if token.kind == .end { return SyntaxError(at: token.span, "the expression ends too early\(hint)") }
    let found = text(token.span)
    let remedy: String? =
      switch found {
      case "and", "AND": "write '&&'"
      case "like", "LIKE": "write text.contains(…), or text.matches(…)"
      case "," where isBehindIn: "write a list in brackets: [200, 201]"
      case "or", "OR": "write '||' between conditions, and .or(…) for a value that may be missing"
      default: isBehindNot ? "write '!'" : nil
      }
    return SyntaxError(at: token.span, "unexpected '\(found)'\(hint)", remedy: remedy)
  }

  /// Whether the innermost open bracket stands behind the word `in`.
  private var isBehindIn: Bool {
    var closed = 0
    for at in tokens[..<index].indices.reversed() {
      switch tokens[at].kind {
      case .punctuation(.closeParenthesis), .punctuation(.closeBracket), .punctuation(.closeBrace): closed += 1
      case .punctuation(.openParenthesis), .punctuation(.openBracket), .punctuation(.openBrace):
        if closed == 0 { return at > 0 && text(tokens[at - 1].span) == "in" }
        closed -= 1
      default: break
      }
    }
    return false
  }

  /// Whether the word `not` stands just before.
  private var isBehindNot: Bool {
    index > 0 && tokens[index - 1].kind == .identifier && text(tokens[index - 1].span).lowercased() == "not"
  }

  func at(_ punctuation: Token.Punctuation) -> Bool { token.kind == .punctuation(punctuation) }

  mutating func take(_ punctuation: Token.Punctuation) -> Bool {
    guard at(punctuation) else { return false }
    index += 1
    return true
  }

  mutating func expect(_ punctuation: Token.Punctuation) throws(SyntaxError) {
    guard take(punctuation) else { throw unexpected("'\(punctuation.rawValue)'") }
  }

  mutating func make(_ node: Node, _ span: Range<Int>) throws(SyntaxError) -> Expression {
    var height = 0
    switch node {
    case .literal, .identifier: break
    case .select(let operand, _, _), .has(let operand, _, _): height = operand.height
    case .binary(_, let left, let right): height = max(left.height, right.height)
    default:
      let probe = Expression(id: 0, span: span, node: node, height: 0)
      for child in probe.children { height = max(height, child.height) }
    }
    guard height < Parser.maximumHeight else { throw tooDeep(span) }
    defer { nextID += 1 }
    return Expression(id: nextID, span: span, node: node, height: height + 1)
  }

  func tooDeep(_ span: Range<Int>) -> SyntaxError {
    SyntaxError(.tooDeep, at: span, "the expression nests deeper than \(Parser.maximumHeight) levels")
  }

  var end: Int { index > 0 ? tokens[index - 1].span.upperBound : 0 }

  // MARK: Operators

  mutating func expression() throws(SyntaxError) -> Expression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Parser.maximumHeight else { throw tooDeep(token.span) }
    let condition = try disjunction()
    guard take(.question) else { return condition }
    let yes = try disjunction()
    try expect(.colon)
    let no = try expression()
    return try make(.conditional(condition, yes, no), condition.span.lowerBound..<end)
  }

  private mutating func disjunction() throws(SyntaxError) -> Expression {
    let first = try conjunction()
    guard at(.or) else { return first }
    var terms = [first]
    while take(.or) { terms.append(try conjunction()) }
    return try make(.or(terms), first.span.lowerBound..<end)
  }

  private mutating func conjunction() throws(SyntaxError) -> Expression {
    let first = try binary(minimum: 1)
    guard at(.and) else { return first }
    var terms = [first]
    while take(.and) { terms.append(try binary(minimum: 1)) }
    return try make(.and(terms), first.span.lowerBound..<end)
  }

  private var binaryOperator: (BinaryOperator, Int)? {
    switch token.kind {
    case .reserved: text(token.span) == "in" ? (.in, 1) : nil
    case .punctuation(let punctuation):
      switch punctuation {
      case .equal: (.equal, 1)
      case .notEqual: (.notEqual, 1)
      case .less: (.less, 1)
      case .lessOrEqual: (.lessOrEqual, 1)
      case .greater: (.greater, 1)
      case .greaterOrEqual: (.greaterOrEqual, 1)
      case .plus: (.add, 2)
      case .minus: (.subtract, 2)
      case .star: (.multiply, 3)
      case .slash: (.divide, 3)
      case .percent: (.remainder, 3)
      default: nil
      }
    default: nil
    }
  }

  private mutating func binary(minimum: Int) throws(SyntaxError) -> Expression {
    var left = try unary()
    while let (operation, precedence) = binaryOperator, precedence >= minimum {
      index += 1
      let right = try binary(minimum: precedence + 1)
      left = try make(.binary(operation, left, right), left.span.lowerBound..<end)
    }
    return left
  }

  private mutating func unary() throws(SyntaxError) -> Expression {
    let start = token.span.lowerBound
    var operators: [(Token.Punctuation, Int)] = []
    let first: Token.Punctuation? = at(.not) ? .not : at(.minus) ? .minus : nil
    guard let first else { return try member() }
    while at(first) {
      // A minus directly before a number belongs to the literal.
      if first == .minus, let literal = try negativeNumber() {
        var expression = try postfix(literal)
        for (_, start) in operators.reversed() { expression = try make(.negate(expression), start..<end) }
        return expression
      }
      operators.append((first, token.span.lowerBound))
      index += 1
      guard operators.count <= Parser.maximumHeight else { throw tooDeep(start..<end) }
    }
    var expression = try member()
    for (_, start) in operators.reversed() {
      expression = try make(first == .not ? .not(expression) : .negate(expression), start..<end)
    }
    return expression
  }

  private mutating func negativeNumber() throws(SyntaxError) -> Expression? {
    let span = token.span.lowerBound..<tokens[min(index + 1, tokens.count - 1)].span.upperBound
    let literal: Literal
    switch tokens[min(index + 1, tokens.count - 1)].kind {
    case .integer(let magnitude, _):
      guard magnitude <= 1 << 63 else { throw tooBig(span) }
      literal = .int(Int64(truncatingIfNeeded: 0 &- magnitude))
    case .literal(.double(let value)): literal = .double(-value)
    default: return nil
    }
    index += 2
    return try make(.literal(literal), span)
  }

  private func tooBig(_ span: Range<Int>) -> SyntaxError {
    SyntaxError(at: span, "the number does not fit in an int", remedy: "write a uint (with the suffix u) or a double")
  }

  // MARK: Members

  private mutating func member() throws(SyntaxError) -> Expression { try postfix(primary()) }

  private mutating func postfix(_ primary: Expression) throws(SyntaxError) -> Expression {
    var expression = primary
    let start = expression.span.lowerBound
    while true {
      if take(.dot) {
        let isOptional = take(.question)
        let name = try fieldName()
        if !isOptional, at(.openParenthesis), source[name.span.lowerBound] != UInt8(ascii: "`") {
          let arguments = try callArguments()
          expression = try call(name, target: expression, arguments, start..<end)
        } else {
          expression = try make(.select(expression, field: name, isOptional: isOptional), start..<end)
        }
      } else if take(.openBracket) {
        let isOptional = take(.question)
        let index = try inner(before: .closeBracket)
        try expect(.closeBracket)
        expression = try make(.index(expression, index, isOptional: isOptional), start..<end)
      } else if at(.openBrace), let path = messageName(expression) {
        let fields = try messageFields()
        expression = try make(.message(Name(text: path, span: expression.span), fields), start..<end)
      } else {
        return expression
      }
    }
  }

  private func messageName(_ expression: Expression) -> String? {
    guard let path = expression.path else { return nil }
    return expression.root?.hasPrefix(".") == true ? ".\(path)" : path
  }

  private mutating func fieldName() throws(SyntaxError) -> Name {
    let span = token.span
    switch token.kind {
    case .identifier: break
    case .reserved: if text(span) == "in" { throw unexpected("a field name") }
    case .escapedIdentifier:
      index += 1
      return Name(text: text(span.lowerBound + 1..<span.upperBound - 1), span: span)
    default: throw unexpected("a field name")
    }
    index += 1
    return Name(text: text(span), span: span)
  }

  private mutating func callArguments() throws(SyntaxError) -> [Expression] {
    try expect(.openParenthesis)
    var arguments: [Expression] = []
    if take(.closeParenthesis) { return arguments }
    repeat { arguments.append(try inner(before: .comma, .closeParenthesis)) } while take(.comma)
    try expect(.closeParenthesis)
    return arguments
  }

  private mutating func messageFields() throws(SyntaxError) -> [Field] {
    try expect(.openBrace)
    var fields: [Field] = []
    while !take(.closeBrace) {
      let isOptional = take(.question)
      let name = try fieldName()
      try expect(.colon)
      fields.append(Field(name: name, value: try inner(before: .comma, .closeBrace), isOptional: isOptional))
      guard take(.comma) else {
        try expect(.closeBrace)
        break
      }
    }
    return fields
  }

  private mutating func primary() throws(SyntaxError) -> Expression {
    let token = self.token
    switch token.kind {
    case .literal(let literal):
      index += 1
      return try make(.literal(literal), token.span)
    case .integer(let value, _):
      guard let int = Int64(exactly: value) else { throw tooBig(token.span) }
      index += 1
      return try make(.literal(.int(int)), token.span)
    case .identifier: return try name(prefix: "", from: token.span.lowerBound)
    case .punctuation(.dot):
      index += 1
      guard self.token.kind == .identifier else { throw unexpected("a name") }
      return try name(prefix: ".", from: token.span.lowerBound)
    case .punctuation(.openParenthesis):
      index += 1
      let inside = try inner(before: .closeParenthesis)
      try expect(.closeParenthesis)
      return Expression(id: inside.id, span: token.span.lowerBound..<end, node: inside.node, height: inside.height)
    case .punctuation(.openBracket): return try list()
    case .punctuation(.openBrace): return try map()
    case .reserved:
      throw SyntaxError(
        at: token.span, "'\(text(token.span))' is a reserved word",
        remedy: ["if", "else"].contains(text(token.span)) ? "write condition ? value : other" : "choose another name")
    default: throw unexpected("an expression")
    }
  }

  private mutating func name(prefix: String, from start: Int) throws(SyntaxError) -> Expression {
    let name = Name(text: prefix + text(token.span), span: token.span)
    index += 1
    guard at(.openParenthesis) else { return try make(.identifier(name.text), start..<end) }
    return try call(name, target: nil, callArguments(), start..<end)
  }

  private mutating func list() throws(SyntaxError) -> Expression {
    let start = token.span.lowerBound
    index += 1
    var elements: [Element] = []
    while !take(.closeBracket) {
      let isOptional = take(.question)
      elements.append(Element(value: try inner(before: .comma, .closeBracket), isOptional: isOptional))
      guard take(.comma) else {
        try expect(.closeBracket)
        break
      }
    }
    return try make(.list(elements), start..<end)
  }

  private mutating func map() throws(SyntaxError) -> Expression {
    let start = token.span.lowerBound
    index += 1
    var entries: [Entry] = []
    while !take(.closeBrace) {
      let isOptional = take(.question)
      let key = try inner(before: .colon)
      try expect(.colon)
      entries.append(Entry(key: key, value: try inner(before: .comma, .closeBrace), isOptional: isOptional))
      guard take(.comma) else {
        try expect(.closeBrace)
        break
      }
    }
    return try make(.map(entries), start..<end)
  }
}
