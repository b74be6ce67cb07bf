/// One finding about an expression.
public struct Issue: Hashable, Sendable {
  /// What kind of finding it is.
  public enum Code: String, Sendable, CaseIterable {
    case syntax, unknownName, unknownFunction, unknownProperty, noOverload, typeMismatch, optionalWhereRequired
    case invalidRegex, invalidArgument, tooDeep, tooLong
    /// A warning: `.or(…)` on a value that is never absent.
    case needlessOr
    /// A warning: a part without variables that fails whenever it is evaluated.
    case alwaysFails
  }

  public var code: Code
  /// Where, in UTF-8 bytes of the source.
  public var span: Range<Int>
  /// The place inside the string literal at `span`, in bytes of its value, until the source is at hand.
  var literalRange: Range<Int>?
  /// The cause: lower-case, no full stop.
  public var message: String
  /// What to write instead.
  public var remedy: String?
  /// The name that was not found.
  public var name: String?
  /// The names that could have been meant.
  public var candidates: [String]

  public init(
    _ code: Code, at span: Range<Int>, _ message: String, remedy: String? = nil, name: String? = nil,
    candidates: [String] = []
  ) {
    self.code = code
    self.span = span
    self.message = message
    self.remedy = remedy
    self.name = name
    self.candidates = candidates
  }
}

extension Issue {
  /// The issue with its place narrowed down to a part of a string literal.
  func located(in source: [UInt8]) -> Issue {
    guard let range = literalRange else { return self }
    var issue = self
    issue.literalRange = nil
    if let place = Lexer.place(of: range, inLiteral: span, of: source) { issue.span = place }
    return issue
  }
}

/// Everything that is wrong with an expression, in the order of the source.
public struct Issues: Error, Sendable, Hashable {
  public let all: [Issue]

  public init(_ issues: [Issue]) {
    all = issues.sorted { $0.span.lowerBound < $1.span.lowerBound }
  }
}
