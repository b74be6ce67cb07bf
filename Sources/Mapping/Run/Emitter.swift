internal import CEL
internal import Pipeline

/// What writing a value came to.
enum Emission: UInt8, Sendable {
  case written
  /// There is no value: the key is left out.
  case missing
  /// An error; the activation's frame says which.
  case failed
}

/// Writes one JSON value, or nothing. A struct for the reason that `Predicate` is one.
struct Emitter: Sendable {
  /// What an enclosing object can make shorter work of than a call.
  enum Form: Sendable {
    case any
    case constant(ConstantBytes)
    /// A column of the record, as it is.
    case field(FieldColumn)
    /// An entry of an optional map, missing where that is absent.
    case entry(Container)
    /// Made of one text column of the record, and constants.
    case text(FieldColumn)
  }

  let form: Form
  private let write: @Sendable (Activation, ByteBuffer) -> Emission

  init(_ form: Form = .any, _ write: @escaping @Sendable (Activation, ByteBuffer) -> Emission) {
    self.form = form
    self.write = write
  }

  @inline(__always)
  func callAsFunction(_ activation: Activation, _ buffer: ByteBuffer) -> Emission { write(activation, buffer) }

  /// For what a mapping does not say. Hot code has no optional emitters: to take one out costs two atomic counts.
  static let nothing = Emitter { _, _ in .missing }
}

enum Emitters {
  static func constant(_ json: String) -> Emitter {
    let constant = ConstantBytes(json)
    return Emitter(.constant(constant)) { _, buffer in
      constant.append(to: buffer)
      return .written
    }
  }

  /// A field of the record, without an expression's detour.
  static func field(_ column: FieldColumn) -> Emitter {
    Emitter(.field(column)) { activation, buffer in column.write(activation, to: buffer) ? .written : .missing }
  }

  /// The value of an expression.
  static func expression(_ program: Program, site: Int) -> Emitter {
    let (evaluate, type) = (program.evaluate, program.type)
    let form = program.container.map { Emitter.Form.entry($0) } ?? .any
    if type == .string || type == .optional(.string) {
      return Emitter(form) { activation, buffer in
        var value = evaluate(activation)
        if value.isOptional {
          if value.isNone { return .missing }
          value = value.unwrapped
        }
        guard value.kind == .string else {
          activation.fail(value, site: site)
          return .failed
        }
        buffer.append(json: value.utf8)
        return .written
      }
    }
    return Emitter(form) { activation, buffer in
      let value = evaluate(activation)
      let emission = write(value, to: buffer, activation, depth: 0)
      if emission == .failed {
        activation.fail(
          value.isError ? value : activation.error(.invalidConversion, "JSON has no such value"), site: site)
      }
      return emission
    }
  }

  /// An object; a member whose value is missing is left out, and an object without members is itself missing.
  static func object(_ members: [(key: String, emit: Emitter)]) -> Emitter {
    let chain = Members(members[...])
    let form = textColumn(members.map(\.emit.form)).map { Emitter.Form.text($0) } ?? .any
    return Emitter(form) { activation, buffer in enclosed("{", "}", buffer) { chain(activation, buffer) } }
  }

  /// The only column of what is made of these and nothing else, if it is a text.
  private static func textColumn(_ forms: [Emitter.Form]) -> FieldColumn? {
    var only: FieldColumn?
    for form in forms {
      switch form {
      case .constant: continue
      case .field(let column) where column.kind == .text && !column.isOfRow, .text(let column):
        guard only == nil else { return nil }
        only = column
      case .any, .entry, .field: return nil
      }
    }
    return only
  }

  /// Puts brackets around members that each begin with a comma: the first comma becomes the opening one. Without
  /// members the whole is missing; if `members` is false, one failed and nothing stays.
  @inline(__always)
  private static func enclosed(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ buffer: ByteBuffer, members: () -> Bool
  ) -> Emission {
    let start = buffer.count
    guard members() else {
      buffer.count = start
      return .failed
    }
    guard buffer.count > start else { return .missing }
    buffer.base[start] = UInt8(ascii: open)
    buffer.append(UInt8(ascii: close))
    return .written
  }

  /// An element of a list with its comma, which goes again if the value is missing. False if it failed.
  @inline(__always)
  private static func element(_ buffer: ByteBuffer, value: () -> Emission) -> Bool {
    let before = buffer.count
    buffer.append(UInt8(ascii: ","))
    let emission = value()
    if emission == .missing { buffer.count = before }
    return emission != .failed
  }

  /// The members of an object as one closure, each bound to the next. Constants go with the key that follows them.
  private struct Members: Sendable {
    private let write: @Sendable (Activation, ByteBuffer) -> Bool

    /// - Parameter isInside: whether the entries' map is known to be there.
    init(
      _ members: ArraySlice<(key: String, emit: Emitter)>, after constants: String = "", isInside: Bool = false
    ) {
      var constants = constants
      var fields: [FieldRun.Member] = []
      for index in members.indices {
        let (key, emit) = members[index]
        let name = "," + JSONValue.quoted(key) + ":"
        switch emit.form {
        case .constant(let value): constants += name + value.text
        case .field(let column):
          fields.append(.init(column: column, text: ConstantBytes(constants + name), kept: constants.utf8.count))
          constants = ""
        case .any, .entry, .text:
          let rest = members[index...]
          if !fields.isEmpty {
            self.init(FieldRun(fields), Members(rest, after: constants, isInside: isInside))
          } else if !isInside, let entries = Members.entries(rest) {
            self.init(
              entries.container, ConstantBytes(constants), entries.members, constants, rest[entries.members.endIndex...]
            )
          } else {
            self.init(
              emit, ConstantBytes(constants + name), constants.utf8.count,
              Members(rest.dropFirst(), isInside: isInside))
          }
          return
        }
      }
      let end = Members(ConstantBytes(constants))
      self = fields.isEmpty ? end : Members(FieldRun(fields), end)
    }

    private init(_ text: ConstantBytes) {
      guard text.count > 0 else {
        write = { _, _ in true }
        return
      }
      write = { _, buffer in
        text.append(to: buffer)
        return true
      }
    }

    /// - Parameter kept: bytes of `text` that stay if there is no value.
    private init(_ emit: Emitter, _ text: ConstantBytes, _ kept: Int, _ rest: Members) {
      write = { activation, buffer in
        let before = buffer.count
        text.append(to: buffer)
        switch emit(activation, buffer) {
        case .written: break
        case .missing: buffer.count = before &+ kept
        case .failed: return false
        }
        return rest(activation, buffer)
      }
    }

    /// The first members, at least two, that are entries of one map.
    private static func entries(
      _ members: ArraySlice<(key: String, emit: Emitter)>
    ) -> (container: Container, members: ArraySlice<(key: String, emit: Emitter)>)? {
      guard case .entry(let container)? = members.first?.emit.form else { return nil }
      let run = members.prefix {
        if case .entry(let other) = $0.emit.form { other.path == container.path } else { false }
      }
      return run.count > 1 ? (container, run) : nil
    }

    /// Entries of one map: where it is absent, none of them is asked for.
    private init(
      _ container: Container, _ text: ConstantBytes, _ entries: ArraySlice<(key: String, emit: Emitter)>,
      _ constants: String, _ others: ArraySlice<(key: String, emit: Emitter)>
    ) {
      let load = container.load
      let inside = Members(entries, after: constants, isInside: true)
      let rest = Members(others)
      write = { activation, buffer in
        if load(activation).isNone {
          text.append(to: buffer)
        } else if !inside(activation, buffer) {
          return false
        }
        return rest(activation, buffer)
      }
    }

    private init(_ run: FieldRun, _ rest: Members) {
      write = { activation, buffer in
        run.write(activation, to: buffer)
        return rest(activation, buffer)
      }
    }

    /// False if a value failed.
    @inline(__always)
    func callAsFunction(_ activation: Activation, _ buffer: ByteBuffer) -> Bool { write(activation, buffer) }
  }

  /// A list; missing elements are left out, and an empty list is itself missing.
  static func list(_ elements: [Emitter]) -> Emitter {
    Emitter { activation, buffer in
      enclosed("[", "]", buffer) {
        elements.allSatisfy { emit in element(buffer) { emit(activation, buffer) } }
      }
    }
  }

  /// The first branch whose condition holds; nil stands for `else`. Each branch is bound to those behind it.
  static func cases(_ branches: ArraySlice<(condition: Predicate?, emit: Emitter)>) -> Emitter {
    guard let (condition, emit) = branches.first else { return .nothing }
    guard let condition else { return emit }
    let rest = cases(branches.dropFirst())
    return Emitter { activation, buffer in
      switch condition(activation) {
      case .yes: emit(activation, buffer)
      case .no: rest(activation, buffer)
      case .failed: .failed
      }
    }
  }

  /// One element for each row of a list field.
  static func each(rows evaluate: @escaping Evaluate, _ emit: Emitter, site: Int) -> Emitter {
    Emitter { activation, buffer in
      var list = evaluate(activation)
      if list.isNone { return .missing }
      if list.isOptional { list = list.unwrapped }
      guard list.kind == .list else {
        activation.fail(list, site: site)
        return .failed
      }
      let outer = activation.frame.pointee.row
      defer { activation.frame.pointee.row = outer }
      return enclosed("[", "]", buffer) {
        list.elements.allSatisfy { row in
          guard row.kind == .object else { return true }
          activation.frame.pointee.row = row.pointer.assumingMemoryBound(to: Field.self)
          return element(buffer) { emit(activation, buffer) }
        }
      }
    }
  }

  /// Seconds that a timestamp of four digits of year can say.
  private static let timeRange =
    CalendarTime.range.lowerBound / 1000...(CalendarTime.range.upperBound - 999) / 1000

  /// A natural id: it must be whole and not empty, or records that lack the same part would become one event.
  ///
  /// - Parameter literals: how many of its parts are the same for every record and no empty texts.
  static func naturalID(_ evaluate: @escaping Evaluate, literals: Int, site: Int) -> Emitter {
    Emitter { activation, buffer in
      let value = evaluate(activation)
      let parts = value.kind == .list ? value.elements : UnsafeBufferPointer(start: nil, count: 0)
      var error: Value?
      if value.isError {
        error = value
      } else if isNothing(value) || parts.contains(where: isNothing) {
        error = .error(.absentValue)
      } else if value.kind == .list ? parts.contains(where: { isPartial($0) }) : isPartial(value) {
        error = activation.error(.invalidArgument, "a list or map in an id must not be empty, nor lack a value")
      } else if isMangled(value) {
        error = activation.error(
          .invalidArgument, "an id must be UTF-8 of at most 32,000 bytes; `encoding` reads inputs of another code page")
      } else if isEmpty(value) || value.kind == .list && parts.count(where: { !isEmpty($0) }) <= literals {
        error = activation.error(.invalidArgument, "an id must not be empty")
      }
      if let error {
        activation.fail(error, site: site)
        return .failed
      }
      let emission = write(value, to: buffer, activation, depth: 0)
      guard emission != .written else { return .written }
      activation.fail(
        emission == .missing ? .error(.absentValue) : activation.error(.invalidConversion, "JSON has no such value"),
        site: site)
      return .failed
    }
  }

  /// A natural id that is a list of columns, each with what stands before it. Anything unusual is left to
  /// `general`.
  static func naturalID(_ parts: [FieldRun.Member], end: ConstantBytes, otherwise general: Emitter) -> Emitter {
    let run = FieldRun(parts)
    // Of a text that is empty only the quotes are left, of a number at least a digit.
    let empty = parts.reduce(end.count) { $0 + $1.text.count + ($1.column.kind == .text ? 2 : 0) }
    return Emitter { activation, buffer in
      let (start, replacements) = (buffer.count, buffer.replacements)
      guard run.write(activation, to: buffer), buffer.replacements == replacements,
        buffer.count &- start < ByteBuffer.longestText, buffer.count &- start &+ end.count > empty
      else {
        buffer.count = start
        return general(activation, buffer)
      }
      end.append(to: buffer)
      return .written
    }
  }

  private static func isNothing(_ value: Value) -> Bool { value.kind == .absent || value.kind == .null }

  /// Whether a value is an empty text, or a list of nothing else.
  private static func isEmpty(_ value: Value) -> Bool {
    let plain = value.isPresent ? value.unwrapped : value
    switch plain.kind {
    case .string: return plain.length == 0
    case .list: return plain.elements.allSatisfy(isEmpty)
    default: return false
    }
  }

  /// Whether writing a value would leave it out, or a part of it, so that two keys could become one.
  /// - Parameter path: bytes of the keys that lead to it.
  private static func isPartial(_ value: Value, path: Int = 0) -> Bool {
    let plain = value.isPresent ? value.unwrapped : value
    switch plain.kind {
    case .list: return plain.length == 0 || plain.elements.contains { isPartial($0, path: path) }
    case .map:
      let pairs = plain.pairs
      return plain.length == 0
        || stride(from: 0, to: pairs.count, by: 2).contains { at in
          let key = pairs[at]
          let length = key.kind == .string ? key.length : 0
          // Such keys are left out or mended.
          let isLost =
            key.kind == .string && (length == 0 || length + path > MendedKeys.longest || key.utf8.contains(0))
          return isLost || isPartial(pairs[at + 1], path: path + length)
        }
    default: return isNothing(plain)
    }
  }

  /// Whether writing a value would change a text in it, so that two keys could become one.
  private static func isMangled(_ value: Value) -> Bool {
    let plain = value.isPresent ? value.unwrapped : value
    switch plain.kind {
    case .string: return plain.length > ByteBuffer.longestText || !UTF8Scan.isValid(plain.utf8)
    case .list: return plain.elements.contains(where: isMangled)
    case .map: return plain.pairs.contains(where: isMangled)
    default: return false
    }
  }

  /// Any value. Numbers stay numbers, times are ISO 8601; what JSON cannot say fails.
  ///
  /// - Parameter path: bytes of the keys from data that lead to it.
  static func write(
    _ value: Value, to buffer: ByteBuffer, _ activation: Activation, depth: Int, path: Int = 0
  ) -> Emission {
    if value.isOptional {
      return value.isNone ? .missing : write(value.unwrapped, to: buffer, activation, depth: depth, path: path)
    }
    guard depth < 20 else { return .failed }
    switch value.kind {
    case .string: buffer.append(json: value.utf8)
    case .int: buffer.append(decimal: value.int)
    case .bool: value.bool ? buffer.append("true") : buffer.append("false")
    case .null, .absent: return .missing
    case .double where !value.double.isFinite: return .failed
    case .uint, .double, .decimal: appendText(of: value, to: buffer)
    case .timestamp where timeRange.contains(value.seconds):
      buffer.reserve(TimestampWriter.length + 2)
      buffer.append(UInt8(ascii: "\""))
      var writer = TimestampWriter()
      writer.write(value.seconds * 1000 + Int64(value.nanoseconds / 1_000_000), to: buffer.cursor)
      buffer.count += TimestampWriter.length
      buffer.append(UInt8(ascii: "\""))
    case .timestamp, .duration, .address, .network:
      buffer.append(UInt8(ascii: "\""))
      appendText(of: value, to: buffer)
      buffer.append(UInt8(ascii: "\""))
    case .list: return write(list: value, to: buffer, activation, depth, path)
    case .map: return write(map: value, to: buffer, activation, depth, path)
    case .error, .bytes, .object, .type: return .failed
    }
    return .written
  }

  private static func appendText(of value: Value, to buffer: ByteBuffer) {
    var text: [UInt8] = []
    value.appendText(to: &text)
    text.withUnsafeBufferPointer { buffer.append($0) }
  }

  private static func write(
    list: Value, to buffer: ByteBuffer, _ activation: Activation, _ depth: Int, _ path: Int
  ) -> Emission {
    enclosed("[", "]", buffer) {
      list.elements.allSatisfy { value in
        element(buffer) { write(value, to: buffer, activation, depth: depth + 1, path: path) }
      }
    }
  }

  private static func write(
    map: Value, to buffer: ByteBuffer, _ activation: Activation, _ depth: Int, _ path: Int
  ) -> Emission {
    let start = buffer.count
    let pairs = map.pairs
    var mended = MendedKeys()
    for index in stride(from: 0, to: pairs.count, by: 2) {
      let before = buffer.count
      buffer.append(UInt8(ascii: ","))
      let key = pairs[index]
      if key.kind == .string, key.length == 0 {
        // An empty key would lose the whole event at the receiver.
        buffer.count = before
        continue
      }
      if key.kind == .string {
        let quoted = buffer.count
        buffer.append(json: key.utf8)
        // A key that was written as it is, in its quotes, holds no NUL.
        let isPlain = buffer.count &- quoted == key.length &+ 2
        if key.length &+ path > MendedKeys.longest || !isPlain && key.utf8.contains(0) {
          buffer.count = quoted
          guard let name = mended.name(key, among: pairs, path: path) else {
            buffer.count = before
            continue
          }
          name.withUnsafeBufferPointer { buffer.append(json: $0) }
        }
      } else {
        buffer.append(UInt8(ascii: "\""))
        appendText(of: key, to: buffer)
        buffer.append(UInt8(ascii: "\""))
      }
      let length = buffer.count &- before
      buffer.append(UInt8(ascii: ":"))
      switch write(pairs[index + 1], to: buffer, activation, depth: depth + 1, path: path &+ length) {
      case .written: break
      case .missing: buffer.count = before
      case .failed: return .failed
      }
    }
    guard buffer.count > start else { return .missing }
    buffer.base[start] = UInt8(ascii: "{")
    buffer.append(UInt8(ascii: "}"))
    return .written
  }
}

/// Bytes that live as long as the plan that uses them, padded.
final class ConstantBytes: @unchecked Sendable {
  let start: UnsafePointer<UInt8>
  let count: Int

  init(_ text: String) {
    let bytes = Array(text.utf8)
    let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + ByteBuffer.padding)
    copy.initialize(repeating: 0, count: bytes.count + ByteBuffer.padding)
    copy.update(from: bytes, count: bytes.count)
    start = UnsafePointer(copy)
    count = bytes.count
  }

  @inline(__always)
  func append(to buffer: ByteBuffer) { buffer.append(padded: start, count) }

  deinit { start.deallocate() }

  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// JSON for literal text of a mapping.
enum JSONLiteral {
  /// A plain scalar that reads as a JSON number, `true` or `false` is that; anything else is text.
  static func scalar(_ scalar: ConfigScalar) -> String {
    if scalar.style == .plain, scalar.text == "true" || scalar.text == "false" || isNumber(scalar.text) {
      return scalar.text
    }
    return JSONValue.quoted(scalar.text)
  }

  /// RFC 8259 §6, and short enough to be a number and not an identifier.
  static func isNumber(_ text: String) -> Bool {
    var rest = Substring(text)
    if rest.first == "-" { rest.removeFirst() }
    let whole = rest.prefix { $0.isASCII && $0.isNumber }
    guard !whole.isEmpty, whole.count <= 15, whole == "0" || whole.first != "0" else { return false }
    rest = rest.dropFirst(whole.count)
    if rest.isEmpty { return true }
    guard rest.removeFirst() == "." else { return false }
    return !rest.isEmpty && rest.count <= 15 && rest.allSatisfy { $0.isASCII && $0.isNumber }
  }
}
