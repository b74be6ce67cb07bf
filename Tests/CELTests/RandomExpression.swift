/// A well-typed expression made of random pieces, whose literals can be written in three ways: as they are, as variables
/// with the same values, and as values of unknown type.
struct RandomExpression {
  enum Piece {
    case text(String)
    case literal(String, type: String)
  }

  private(set) var pieces: [Piece] = []
  private var state: UInt64
  private var locals: [String] = []
  private var made = 0

  init(seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    for _ in 0..<4 { _ = next(2) }
    switch next(5) {
    case 0: int(4)
    case 1: bool(4)
    case 2: string(4)
    case 3: list(4)
    default: decimal(3)
    }
  }

  var source: String { written { source, _, _ in source } }

  func written(_ literal: (_ source: String, _ type: String, _ index: Int) -> String) -> String {
    var index = 0
    var result = ""
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .literal(let source, let type):
        result += literal(source, type, index)
        index += 1
      }
    }
    return result
  }

  // MARK: Choices

  private mutating func next(_ count: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % count
  }

  private mutating func pick(_ choices: [String]) -> String { choices[next(choices.count)] }
  private mutating func text(_ text: String) { pieces.append(.text(text)) }
  private mutating func literal(_ type: String, _ choices: [String]) {
    pieces.append(.literal(pick(choices), type: type))
  }

  private mutating func joined(
    _ operators: [String], _ left: (inout Self) -> Void, _ right: (inout Self) -> Void
  ) {
    text("(")
    left(&self)
    text(" " + pick(operators) + " ")
    right(&self)
    text(")")
  }

  private mutating func conditional(_ depth: Int, _ branch: (inout Self, Int) -> Void) {
    text("(")
    bool(depth)
    text(" ? ")
    branch(&self, depth)
    text(" : ")
    branch(&self, depth)
    text(")")
  }

  private mutating func scope(_ body: (inout Self, String) -> Void) {
    made += 1
    let name = "x\(made)"
    locals.append(name)
    body(&self, name)
    locals.removeLast()
  }

  /// `target.macro(x, body)`.
  private mutating func macro(_ names: [String], _ depth: Int, _ body: (inout Self, Int) -> Void) {
    list(depth)
    let name = pick(names)
    scope { me, local in
      me.text(".\(name)(\(local), ")
      body(&me, depth)
      me.text(")")
    }
  }

  // MARK: Types

  private mutating func int(_ depth: Int) {
    guard depth > 0 else {
      if !locals.isEmpty, next(2) == 0 { return text(pick(locals)) }
      return literal("int", ["0", "1", "2", "-1", "7", "100", "9223372036854775807", "-9223372036854775808"])
    }
    let d = depth - 1
    switch next(14) {
    case 0, 1: joined(["+", "-", "*", "/", "%"], { $0.int(d) }, { $0.int(d) })
    case 2: conditional(d) { $0.int($1) }
    case 3:
      string(d)
      text(".size()")
    case 4:
      list(d)
      text(pick([".size()", ".sum()", "[0]", "[1]"]))
    case 5:
      optional(d)
      // `or` is left out: with an alternative of unknown type it cannot tell which of its two forms is meant.
      text(".orValue(")
      int(d)
      text(")")
    case 6:
      text(pick(["math.greatest(", "math.least("]))
      int(d)
      text(", ")
      int(d)
      text(")")
    case 7:
      text(pick(["math.abs(", "-(", "math.bitNot("]))
      int(d)
      text(")")
    case 8:
      string(d)
      text(".indexOf(")
      string(d)
      text(")")
    case 9:
      scope { me, name in
        me.text("cel.bind(\(name), ")
        // The variable is not yet known in its own value.
        let hidden = me.locals.removeLast()
        me.int(d)
        me.locals.append(hidden)
        me.text(", ")
        me.int(d)
        me.text(")")
      }
    case 10:
      text("int(")
      decimal(d)
      text(")")
    case 11:
      text("{\"a\": ")
      int(d)
      text(", \"b\": ")
      int(d)
      text("}[")
      literal("string", ["\"a\"", "\"b\"", "\"c\""])
      text("]")
    case 12:
      text("int(")
      string(d)
      text(")")
    default: int(0)
    }
  }

  private mutating func bool(_ depth: Int) {
    guard depth > 0 else { return literal("bool", ["true", "false"]) }
    let d = depth - 1
    switch next(13) {
    case 0: joined(["==", "!=", "<", "<=", ">", ">="], { $0.int(d) }, { $0.int(d) })
    case 1: joined(["==", "!=", "<", ">="], { $0.string(d) }, { $0.string(d) })
    case 2: joined(["==", "<=", ">"], { $0.decimal(d) }, { $0.decimal(d) })
    case 3: joined(["&&", "||"], { $0.bool(d) }, { $0.bool(d) })
    case 4:
      // A chain, in which the evaluator may leave out and join terms.
      let sign = pick([" && ", " || "])
      text("(")
      bool(d)
      for _ in 0..<next(4) {
        text(sign)
        bool(d)
      }
      text(")")
    case 5:
      text("!")
      bool(d)
    case 6: joined(["in"], { $0.int(d) }, { $0.list(d) })
    case 7: macro(["all", "exists", "exists_one"], d) { $0.bool($1) }
    case 8:
      string(d)
      text(pick([".startsWith(", ".endsWith(", ".contains("]))
      string(d)
      text(")")
    case 9:
      optional(d)
      text(".hasValue()")
    case 10:
      string(d)
      text(".matches(")
      literal("string", ["\"a+\"", "\"^$\"", "r\"[ab],\""])
      text(")")
    case 11: joined(["==", "!="], { $0.list(d) }, { $0.list(d) })
    default: conditional(d) { $0.bool($1) }
    }
  }

  private mutating func string(_ depth: Int) {
    guard depth > 0 else {
      return literal(
        "string", ["\"\"", "\"a\"", "\"ab\"", "\"żółw\"", "\"a,b,c\"", "\"0123456789\"", "\"7\"", "\" x \""])
    }
    let d = depth - 1
    switch next(10) {
    case 0, 1: joined(["+"], { $0.string(d) }, { $0.string(d) })
    case 2: conditional(d) { $0.string($1) }
    case 3:
      string(d)
      text(pick([".lower()", ".upper()", ".trim()", ".reverse()", ".replace(\"a\", \"bb\")", ".substring(1)"]))
    case 4:
      text("string(")
      int(d)
      text(")")
    case 5:
      string(d)
      text(".split(")
      string(0)
      text(pick([").join(\"-\")", ")[0]", ")[1]"]))
    case 6:
      string(d)
      text(".before(")
      string(0)
      text(").orValue(")
      string(d)
      text(")")
    case 7:
      macro(["map"], d) { $0.string($1) }
      text(".join()")
    case 8:
      text("hash(")
      string(d)
      text(")")
    default: string(0)
    }
  }

  private mutating func list(_ depth: Int) {
    guard depth > 0 else { return literal("list", ["[]", "[1]", "[3, 1, 2]", "[0, -1]", "[7, 7, 7, 7]"]) }
    let d = depth - 1
    switch next(7) {
    case 0:
      text("[")
      for index in 0..<next(4) {
        if index > 0 { text(", ") }
        int(d)
      }
      text("]")
    case 1: joined(["+"], { $0.list(d) }, { $0.list(d) })
    case 2: macro(["map"], d) { $0.int($1) }
    case 3: macro(["filter"], d) { $0.bool($1) }
    case 4: conditional(d) { $0.list($1) }
    case 5:
      text("[?")
      optional(d)
      text(", ")
      int(d)
      text("]")
    default: list(0)
    }
  }

  private mutating func optional(_ depth: Int) {
    guard depth > 0 else { return text(pick(["optional.of(1)", "optional.none()"])) }
    let d = depth - 1
    switch next(4) {
    case 0:
      text("optional.of(")
      int(d)
      text(")")
    case 1:
      list(d)
      text("[?")
      int(d)
      text("]")
    case 2:
      optional(d)
      scope { me, name in
        me.text(".optMap(\(name), ")
        me.int(d)
        me.text(")")
      }
    default: optional(0)
    }
  }

  private mutating func decimal(_ depth: Int) {
    guard depth > 0 else {
      text("decimal(")
      literal("string", ["\"1.50\"", "\"0\"", "\"-19.99\"", "\"0.005\"", "\"79228162514264337593\""])
      return text(")")
    }
    let d = depth - 1
    switch next(5) {
    case 0, 1: joined(["+", "-", "*"], { $0.decimal(d) }, { $0.decimal(d) })
    case 2:
      decimal(d)
      text(".round(2)")
    case 3:
      decimal(d)
      text(".divide(")
      decimal(d)
      text(", 3)")
    default: conditional(d) { $0.decimal($1) }
    }
  }
}
