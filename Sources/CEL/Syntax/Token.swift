/// A lexical element.
struct Token {
  enum Kind: Equatable {
    case end, identifier, escapedIdentifier, reserved
    case literal(Literal)
    /// Digits whose value is checked by the parser, which knows the sign.
    case integer(UInt64, isHexadecimal: Bool)
    case punctuation(Punctuation)
  }

  enum Punctuation: String {
    case equal = "=="
    case notEqual = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case and = "&&"
    case or = "||"
    case less = "<"
    case greater = ">"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case dot = "."
    case comma = ","
    case minus = "-"
    case not = "!"
    case question = "?"
    case colon = ":"
    case plus = "+"
    case star = "*"
    case slash = "/"
    case percent = "%"
  }

  let kind: Kind
  let span: Range<Int>
}

/// Carries a syntax error to where the lexer or the parser can go on.
struct SyntaxError: Error {
  let issue: Issue

  init(_ code: Issue.Code = .syntax, at span: Range<Int>, _ message: String, remedy: String? = nil) {
    issue = Issue(code, at: span, message, remedy: remedy)
  }
}
