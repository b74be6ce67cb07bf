import CEL

/// One case of the conformance suite.
struct ConformanceCase {
  private let test: TextProto
  private let source: String

  init(_ test: TextProto) {
    self.test = test
    source = Block.expanded(test.text("expr") ?? "")
  }

  /// Why the case cannot run here, or nil.
  var skipReason: String? {
    let times = ["google.protobuf.Timestamp", "google.protobuf.Duration"]
    let rest = times.reduce(source) { $0.replacing($1, with: "") }
    let words = [
      ("GlobalEnum", "enum"), ("NestedEnum", "enum"), ("google.protobuf.", "well-known message"),
      ("TestAllTypes", "message"), ("proto2.", "message"), ("proto3.", "message"),
    ]
    for (word, reason) in words where rest.contains(word) { return "needs a protobuf \(reason)" }
    for name in ["value", "bindings", "type_env"] {
      for message in test.messages(name) {
        if let reason = protobuf(message) { return "needs a protobuf \(reason)" }
      }
    }
    if source == "[optional.of(1), null][0]" { return "null as an absent optional value, called legacy by the suite" }
    return nil
  }

  /// What of protocol buffers a value or a declaration needs, or nil.
  private func protobuf(_ message: TextProto) -> String? {
    for field in message.fields {
      if case .message(let inner) = field.item, Self.time(inner) != nil { continue }
      if case .text(let name) = field.item, field.name == "message_type", Self.isTime(name) { continue }
      switch field.name {
      case "object_value", "message_type": return "message"
      case "enum_value": return "enum"
      case "wrapper": return "well-known message"
      default: if case .message(let inner) = field.item, let reason = protobuf(inner) { return reason }
      }
    }
    return nil
  }

  /// What went wrong, or nil.
  func failure() -> String? {
    var environment = Environment(zones: .foundation)
    environment.container = test.text("container") ?? ""
    environment.isDynamic = test.word("disable_check") == "true"
    let owner = Activation()
    declare(in: &environment, owner)
    let activation = Activation()
    switch compile(source, in: environment) {
    case .failure(let issues):
      // A static finding instead of the error at run time, unless it is only that a function is missing.
      let isKnown = issues.all.allSatisfy { $0.code != .unknownFunction && $0.code != .unknownName }
      if test.message("eval_error") != nil, test.word("disable_check") != "true", isKnown { return nil }
      return "\(source) is refused: \(issues.all.map(\.message))"
    case .success(let program):
      if let wanted = test.message("typed_result")?.message("deduced_type").map(Self.type),
        program.type.description != wanted.description
      {
        return "\(source) has the type \(program.type), not \(wanted)"
      }
      if test.word("check_only") == "true" { return nil }
      let value = program.evaluate(activation)
      if test.message("eval_error") != nil || test.message("any_eval_errors") != nil {
        return value.isError ? nil : "\(source) is \(value), not an error"
      }
      if value.isError { return "\(source) fails: \(value.errorMessage)" }
      let wanted = test.message("value") ?? test.message("typed_result")?.message("result")
      let expected = wanted.map { decode($0, owner) } ?? .true
      return same(value, expected) ? nil : "\(source) is \(value), not \(expected)"
    }
  }

  private func same(_ a: Value, _ b: Value) -> Bool {
    if a.isPlain(.double), b.isPlain(.double), a.double.isNaN { return b.double.isNaN }
    return a.kind == b.kind && Value.equals(a, b)
  }

  private func declare(in environment: inout Environment, _ owner: Activation) {
    var types: [String: Type] = [:]
    for declaration in test.messages("type_env") {
      guard let name = declaration.text("name") else { continue }
      if let type = declaration.message("ident")?.message("type") { types[name] = Self.type(type) }
      for overload in declaration.message("function")?.messages("overloads") ?? [] {
        let parameters = overload.messages("params").map(Self.type)
        let result = overload.message("result_type").map(Self.type) ?? .dyn
        let member = overload.word("is_instance_function") == "true"
        environment.register(
          name, .variadic(parameters, result, member: member) { a, _ in a.error("unbound function") })
      }
    }
    var values: [String: Value] = [:]
    for binding in test.messages("bindings") {
      if let key = binding.text("key"), let value = binding.message("value")?.message("value") {
        values[key] = decode(value, owner)
      }
    }
    for name in Set(types.keys).union(values.keys) where !["true", "false", "null"].contains(name) {
      let value = values[name] ?? .error(.unknownName)
      // The closure keeps the memory of the value.
      let holder = Holder(value, owner)
      environment.variables[name] = Variable(types[name] ?? .dyn) { _ in holder.value }
    }
  }

  private final class Holder: @unchecked Sendable {
    let value: Value
    private let owner: Activation
    init(_ value: Value, _ owner: Activation) { (self.value, self.owner) = (value, owner) }
  }

  private static func type(_ message: TextProto) -> Type {
    if let word = message.word("primitive") {
      switch word {
      case "BOOL": return .bool
      case "INT64": return .int
      case "UINT64": return .uint
      case "DOUBLE": return .double
      case "STRING": return .string
      case "BYTES": return .bytes
      default: return .dyn
      }
    }
    if let list = message.message("list_type") { return .list(list.message("elem_type").map(type) ?? .dyn) }
    if let map = message.message("map_type") {
      return .map(map.message("key_type").map(type) ?? .dyn, map.message("value_type").map(type) ?? .dyn)
    }
    if message.message("null") != nil || message.word("null") != nil { return .null }
    if let name = message.text("type_param") { return .parameter(name) }
    if message.message("type") != nil { return .type }
    if let type = message.message("abstract_type"), type.text("name") == "optional_type" {
      return .optional(type.message("parameter_types").map(Self.type) ?? .dyn)
    }
    if let name = message.text("message_type"), isTime(Array(name.utf8)) {
      return name.hasSuffix("Duration") ? .duration : .timestamp
    }
    switch message.word("well_known") {
    case "TIMESTAMP": return .timestamp
    case "DURATION": return .duration
    default: return .dyn
    }
  }

  /// The well-known messages that the language has as values of its own.
  private static func time(_ message: TextProto) -> Value? {
    guard let (name, item) = message.fields.first, case .message(let parts) = item else { return nil }
    let seconds = Int64(parts.word("seconds") ?? "0") ?? 0
    let nanoseconds = UInt32(parts.word("nanos") ?? "0") ?? 0
    if name.hasSuffix("google.protobuf.Timestamp]") { return .timestamp(seconds: seconds, nanoseconds: nanoseconds) }
    if name.hasSuffix("google.protobuf.Duration]") { return .duration(seconds: seconds, nanoseconds: nanoseconds) }
    return nil
  }

  private static func isTime(_ name: [UInt8]) -> Bool {
    ["google.protobuf.Timestamp", "google.protobuf.Duration"].contains(String(decoding: name, as: UTF8.self))
  }

  private func decode(_ message: TextProto, _ owner: Activation) -> Value {
    for (name, item) in message.fields {
      switch (name, item) {
      case ("object_value", .message(let object)): return Self.time(object) ?? .null
      case ("null_value", _): return .null
      case ("bool_value", .word(let word)): return .bool(word == "true")
      case ("int64_value", .word(let word)): return .int(Int64(word) ?? 0)
      case ("uint64_value", .word(let word)): return .uint(UInt64(word) ?? 0)
      case ("double_value", .word(let word)): return .double(Double(word.lowercased()) ?? .nan)
      case ("string_value", .text(let bytes)): return bytes.withUnsafeBufferPointer { owner.string(copying: $0) }
      case ("type_value", .text(let bytes)):
        let text = bytes.withUnsafeBufferPointer { owner.string(copying: $0) }
        return Value(kind: .type, count: text.count, bits: text.bits)
      case ("bytes_value", .text(let bytes)):
        let copy = bytes.withUnsafeBufferPointer { owner.string(copying: $0) }
        return .bytes(copy.start, count: copy.length)
      case ("list_value", .message(let list)): return owner.list(list.messages("values").map { decode($0, owner) })
      case ("map_value", .message(let map)):
        let entries = map.messages("entries")
        guard var builder = MapBuilder(capacity: entries.count, in: owner) else { return .null }
        for entry in entries {
          guard let key = entry.message("key"), let value = entry.message("value") else { continue }
          _ = builder.insert(decode(key, owner), decode(value, owner))
        }
        return builder.map
      default: continue
      }
    }
    return .null
  }
}
