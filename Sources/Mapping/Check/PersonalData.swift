internal import CEL
internal import Pipeline

/// Finds e-mail addresses, telephone numbers and IP addresses on their way into a payload, by the names of what an
/// expression reads. A hash, a mask, a comparison or a look-up on the way ends the trail.
struct PersonalData {
  private let compiler: ExpressionCompiler
  /// `let` names that carry such data, and the field that they have it from.
  private var carriers: [String: String] = [:]

  private static let lastWords: Set<String> = [
    "email", "emails", "phone", "phones", "telephone", "cellphone", "msisdn", "ip", "ips",
  ]
  private static let whole: Set<String> = [
    "email_address", "mail_address", "e_mail", "phone_number", "mobile_number", "tel", "ip_address", "remote_addr",
    "remote_host", "client_addr", "x_forwarded_for",
  ]
  /// Words of names that are of a machine's address, which can be masked.
  private static let addressWords: Set<String> = ["ip", "ips", "addr", "remote", "forwarded"]
  /// Functions whose result no longer tells the person.
  private static let covers: Set<String> = [
    "hash", "mask_ip", "size", "is_bot", "lookup", "referer", "matches", "contains", "startsWith", "endsWith",
    "hasValue", "isIP", "isCIDR", "type", "bool",
  ]

  init(_ compiler: ExpressionCompiler) {
    self.compiler = compiler
    // In the order of compiling, so that what a `let` uses is known before it.
    for (name, program) in compiler.lets {
      if let field = field(in: program) { carriers[name] = field }
    }
  }

  /// The field of personal data that the value of an expression shows, if any.
  func field(in program: Program) -> String? {
    switch JSONKind(program.type) {
    case .boolean, .number: nil
    default: trail(program.expression, [:])
    }
  }

  static func isPersonal(_ name: String) -> Bool {
    let plain = name.lowercased().replacing("-", with: "_")
    return whole.contains(plain) || lastWords.contains(String(plain.split(separator: "_").last ?? ""))
  }

  private static func isAboutPersons(_ type: EventType) -> Bool {
    type.properties.keys.contains { $0.split(separator: ".").contains { isPersonal(String($0)) } }
  }

  /// - Parameter locals: names that the expression binds around this part of it, with the field that each shows, if any.
  private func trail(_ expression: Expression, _ locals: [String: String?]) -> String? {
    func first(_ expressions: [Expression]) -> String? {
      for expression in expressions { if let found = trail(expression, locals) { return found } }
      return nil
    }
    func inside(_ body: Expression, _ name: Name, from value: Expression) -> String? {
      var inner = locals
      inner.updateValue(trail(value, locals), forKey: name.text)
      return trail(body, inner)
    }
    switch expression.node {
    case .literal, .has, .not, .negate, .and, .or: return nil
    case .identifier(let name):
      if let local = locals[name] { return local }
      return carriers[name] ?? (Self.isPersonal(name) ? name : nil)
    case .select(let operand, let field, _):
      return Self.isPersonal(field.text) ? field.text : trail(operand, locals)
    case .index(let operand, let index, _):
      if case .literal(.string(let key)) = index.node, Self.isPersonal(key) { return key }
      return trail(operand, locals)
    case .call(let name, let target, let arguments):
      if Self.covers.contains(name.text) { return nil }
      // What stands behind the @ of an address is a company.
      if name.text == "after", case .literal(.string("@"))? = arguments.first?.node { return nil }
      return first((target.map { [$0] } ?? []) + arguments)
    case .binary(let operation, let left, let right):
      switch operation {
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: return nil
      default: return first([left, right])
      }
    case .conditional(_, let yes, let no): return first([yes, no])
    case .comprehension(let loop):
      switch loop.macro {
      case .all, .exists, .existsOne: return nil
      case .filter: return trail(loop.range, locals)
      case .map, .transformList, .transformMap, .transformMapEntry:
        guard let element = loop.variables.last, let transform = loop.transform else { return nil }
        return inside(transform, element, from: loop.range)
      }
    case .bind(let name, let value, let body): return inside(body, name, from: value)
    case .optionalMap(let target, let name, let body, _): return inside(body, name, from: target)
    case .list, .map, .message: return first(expression.children)
    }
  }

  // MARK: Findings

  /// - Parameter type: the event type; in a built-in one that knows such data, as `sign-in` does, it is no slip.
  func check(_ values: [EmittedValue], of type: String? = nil) {
    let known = type.flatMap(EventTypes.named).flatMap { Self.isAboutPersons($0) ? $0 : nil }
    for value in values where known?.properties[value.path] == nil {
      if let program = value.program, let field = field(in: program) { warn(field, "emitted", at: value.scalar.span) }
    }
  }

  /// Profile ids leave the machine as they are.
  func check(id node: ConfigNode?) {
    for node in node?.list ?? node.map({ [$0] }) ?? [] {
      if let scalar = node.scalar, let program = compiler.program(at: scalar.span), let field = field(in: program) {
        warn(field, "used as a profile's id", at: scalar.span)
      }
    }
  }

  private func warn(_ field: String, _ what: String, at span: SourceSpan) {
    let words = field.lowercased().split { $0 == "_" || $0 == "-" }.map(String.init)
    let isAddress = !Self.addressWords.isDisjoint(with: words)
    compiler.findings.warn(
      "M205", "personal data: '\(field)' is \(what) as it is", at: span,
      remedy: isAddress ? "write mask_ip(\(field)) or hash(…), or leave it out" : "write hash(…), or leave it out")
  }
}
