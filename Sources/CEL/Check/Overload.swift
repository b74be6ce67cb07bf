/// One signature of a function with its implementation.
///
/// Implementations never see an error value: an argument that is one is the result of the call. An argument of a
/// parameter that is not optional is never absent, and has the kind of the parameter's type.
public struct Overload: Sendable {
  public typealias Unary = @Sendable (Activation, Value) -> Value
  public typealias Binary = @Sendable (Activation, Value, Value) -> Value
  public typealias Ternary = @Sendable (Activation, Value, Value, Value) -> Value
  public typealias Variadic = @Sendable (Activation, UnsafeBufferPointer<Value>) -> Value
  /// Looks at a call while it is compiled: returns an evaluator made for its constant arguments, reports an issue, or
  /// returns nil for the general implementation.
  public typealias Specialize = @Sendable (inout CallSite) -> Specialized?

  enum Implementation: Sendable {
    case unary(Unary)
    case binary(Binary)
    case ternary(Ternary)
    case variadic(Variadic)
  }

  /// The types of the parameters, the target of a member call first.
  public let parameters: [Type]
  public let result: Type
  /// Whether the function is called `target.name(…)`.
  public let isMember: Bool
  let implementation: Implementation
  let specialize: Specialize?
  /// Whether calls with constant arguments are evaluated while compiling.
  public let isPure: Bool
  /// Whether messages list it: not one that only explains a mistake.
  public private(set) var isListed = true

  private init(
    _ parameters: [Type], _ result: Type, member: Bool, pure: Bool, _ implementation: Implementation,
    _ specialize: Specialize?
  ) {
    self.parameters = parameters
    self.result = result
    isMember = member
    isPure = pure
    self.implementation = implementation
    self.specialize = specialize
  }

  public static func unary(
    _ parameter: Type, _ result: Type, member: Bool = false, pure: Bool = true, specialize: Specialize? = nil,
    _ body: @escaping Unary
  ) -> Overload {
    Overload([parameter], result, member: member, pure: pure, .unary(body), specialize)
  }

  public static func binary(
    _ first: Type, _ second: Type, _ result: Type, member: Bool = false, pure: Bool = true,
    specialize: Specialize? = nil, _ body: @escaping Binary
  ) -> Overload {
    Overload([first, second], result, member: member, pure: pure, .binary(body), specialize)
  }

  public static func ternary(
    _ first: Type, _ second: Type, _ third: Type, _ result: Type, member: Bool = false, pure: Bool = true,
    specialize: Specialize? = nil, _ body: @escaping Ternary
  ) -> Overload {
    Overload([first, second, third], result, member: member, pure: pure, .ternary(body), specialize)
  }

  /// The same, left out where messages list what a function takes.
  public func unlisted() -> Overload {
    var overload = self
    overload.isListed = false
    return overload
  }

  /// Any number of parameters, also none; the arguments come in a buffer that lives as long as the call.
  public static func variadic(
    _ parameters: [Type], _ result: Type, member: Bool = false, pure: Bool = true, specialize: Specialize? = nil,
    _ body: @escaping Variadic
  ) -> Overload {
    Overload(parameters, result, member: member, pure: pure, .variadic(body), specialize)
  }
}

/// An evaluator made for one call. A struct, because a closure in an optional is wrapped in a thunk that every call would
/// pay for.
public struct Specialized: Sendable {
  public let evaluate: Evaluate

  public init(_ evaluate: @escaping Evaluate) { self.evaluate = evaluate }
}

/// A call under compilation, for the `specialize` hook of an overload.
public struct CallSite {
  /// The arguments, the target of a member call first.
  public let arguments: [Operand]
  /// The source of the whole call.
  public let span: Range<Int>
  var issues: [Issue] = []

  /// Reports an issue about an argument.
  ///
  /// - Parameter range: the place in the bytes of the argument's value, if that is a literal.
  public mutating func report(
    _ code: Issue.Code, argument: Int, _ message: String, remedy: String? = nil, within range: Range<Int>? = nil
  ) {
    var issue = Issue(code, at: arguments[argument].span, message, remedy: remedy)
    issue.literalRange = range
    issues.append(issue)
  }
}

/// A compiled part of an expression.
public struct Operand: Sendable {
  public let evaluate: Evaluate
  public let type: Type
  public let span: Range<Int>
  let known: Constant?
  var form = Form.general

  /// The value, when it is the same for every record. It lives as long as this operand.
  public var constant: Value? { known?.value }

  /// What a fused evaluator can look through.
  enum Form: Sendable {
    case general
    /// `subject.endsWith(literal)`, where equal keys mean the same subject.
    case suffix(key: String, subject: Evaluate, literal: [UInt8])
    /// The first of several keys that an optional map has, absent if there is no map.
    case entries(container: Container, keys: [Constant])
    /// Strings that are joined into one.
    case concatenation([Operand])
  }
}

/// A value that is known at compile time, together with the memory that it points into.
final class Constant: @unchecked Sendable {
  let value: Value
  private let owner: Activation

  init(_ value: Value, owner: Activation) {
    self.value = value
    self.owner = owner
  }
}
