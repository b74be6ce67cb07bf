/// A name with its place in the source.
public struct Name: Hashable, Sendable {
  public let text: String
  public let span: Range<Int>
}

/// A node of the syntax tree. Macros are already nodes of their own; nothing is resolved yet.
public struct Expression: Sendable {
  /// Unique in its tree, counted from zero.
  public let id: Int
  /// Where it stands, in UTF-8 bytes of the source.
  public let span: Range<Int>
  public let node: Node
  /// The height of the tree under this node; the parser bounds it.
  let height: Int
}

/// What a node of the syntax tree is.
public indirect enum Node: Sendable {
  case literal(Literal)
  /// A name, with a leading full stop if the source has one.
  case identifier(String)
  /// `operand.field`, or `operand.?field`.
  case select(Expression, field: Name, isOptional: Bool)
  /// `has(operand.field)`.
  case has(Expression, field: Name, isOptional: Bool)
  /// `operand[index]`, or `operand[?index]`.
  case index(Expression, Expression, isOptional: Bool)
  /// `function(arguments)` or `target.function(arguments)`.
  case call(Name, target: Expression?, [Expression])
  case not(Expression)
  case negate(Expression)
  case binary(BinaryOperator, Expression, Expression)
  /// Two or more terms joined by `&&`.
  case and([Expression])
  /// Two or more terms joined by `||`.
  case or([Expression])
  case conditional(Expression, Expression, Expression)
  case list([Element])
  case map([Entry])
  /// `type.name{field: value}`.
  case message(Name, [Field])
  case comprehension(Comprehension)
  /// `cel.bind(name, value, body)`.
  case bind(Name, Expression, Expression)
  /// `target.optMap(name, body)`, or `optFlatMap` when flat.
  case optionalMap(Expression, Name, Expression, isFlat: Bool)
}

/// A literal; a negative number is one literal.
public enum Literal: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
}

/// An operator with two operands that are both always evaluated.
public enum BinaryOperator: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case `in` = "in"
}

/// An element of a list literal; `?x` adds it only when `x` is present.
public struct Element: Sendable {
  public let value: Expression
  public let isOptional: Bool
}

/// An entry of a map literal; `?k: v` adds it only when `v` is present.
public struct Entry: Sendable {
  public let key: Expression
  public let value: Expression
  public let isOptional: Bool
}

/// A field of a message literal.
public struct Field: Sendable {
  public let name: Name
  public let value: Expression
  public let isOptional: Bool
}

/// A macro that runs over a list or a map.
public struct Comprehension: Sendable {
  /// The macro's name.
  public enum Macro: String, Sendable, CaseIterable {
    case all, exists, existsOne, map, filter, transformList, transformMap, transformMapEntry
  }

  public let macro: Macro
  public let range: Expression
  /// One variable (element or key), or two (index or key, and value).
  public let variables: [Name]
  /// The condition of the macro, or the filter of `map` and the `transform` macros.
  public let condition: Expression?
  /// What `map` and the `transform` macros make of an element.
  public let transform: Expression?
}

extension Expression {
  /// The nodes directly under this one.
  public var children: [Expression] {
    switch node {
    case .literal, .identifier: []
    case .select(let operand, _, _), .has(let operand, _, _): [operand]
    case .index(let operand, let index, _): [operand, index]
    case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
    case .not(let operand), .negate(let operand): [operand]
    case .binary(_, let left, let right): [left, right]
    case .and(let terms), .or(let terms): terms
    case .conditional(let condition, let yes, let no): [condition, yes, no]
    case .list(let elements): elements.map(\.value)
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .message(_, let fields): fields.map(\.value)
    case .comprehension(let c): [c.range] + (c.condition.map { [$0] } ?? []) + (c.transform.map { [$0] } ?? [])
    case .bind(_, let value, let body): [value, body]
    case .optionalMap(let target, _, let body, _): [target, body]
    }
  }

  /// The dotted path (`a.b.c`) if the expression is a name followed by plain selections and nothing else.
  public var path: String? {
    switch node {
    case .identifier(let name): name.hasPrefix(".") ? String(name.dropFirst()) : name
    case .select(let operand, let field, false): operand.path.map { "\($0).\(field.text)" }
    default: nil
    }
  }

  /// The name that the path begins with.
  public var root: String? {
    switch node {
    case .identifier(let name): name
    case .select(let operand, _, false): operand.root
    default: nil
    }
  }
}
