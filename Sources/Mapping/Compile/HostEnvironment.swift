internal import CEL
internal import Pipeline

/// What expressions of a mapping see: the reader's fields, the `let` names, and functions beside the standard ones.
enum HostEnvironment {
  /// The system's tzdata.
  private static let zones = ZoneSource { name in
    guard let zone = Zone(named: name) else { return nil }
    return { seconds in zone.offset(at: seconds) }
  }

  /// How types of rows are named, behind the name of their list.
  static let rowSuffix = " row"

  static func make(schema: Schema, columns: [String], bots: BotAgents) -> Environment {
    var environment = Environment(zones: zones)
    environment.hasTypeValues = false
    for field in schema.fields {
      guard let column = columns.firstIndex(of: field.name) else { continue }
      if case .list(let rowFields) = field.type {
        let names = rowFields.keys.sorted()
        var properties: [String: ObjectType.Property] = [:]
        for (index, name) in names.enumerated() {
          let column = rowFields[name] ?? .string
          let isOptional = column.isOptional
          properties[name] = ObjectType.Property(type(of: column)) { _, row in
            value(of: row.pointer.assumingMemoryBound(to: Field.self)[index], optional: isOptional)
          }
        }
        let row = ObjectType(field.name + rowSuffix, properties: properties)
        environment.objectTypes[row.name] = row
        let width = names.count
        let identifier = row.identifier
        let listType = Type.list(.object(row.name))
        let isOptional = field.isOptional
        environment.variables[field.name] = Variable(isOptional ? .optional(listType) : listType) { activation in
          let list = rows(of: activation.frame.pointee.fields[column], width, identifier, activation)
          return isOptional && !list.isNone && !list.isError ? list.wrapped : list
        }
      } else {
        environment.variables[field.name] = variable(field, column)
      }
    }
    environment.register(
      "is_bot",
      .unary(.string, .bool, pure: false) { activation, text in
        .bool(activation.frame.pointee.memo.pointee.answer(text.utf8, bots.matches))
      })
    RefererFunction.register(in: &environment)
    return environment
  }

  static func type(of type: FieldType) -> Type {
    switch type {
    case .string: .string
    case .int: .int
    case .double: .double
    case .bool: .bool
    case .timestamp: .timestamp
    case .decimal: .decimal
    case .list: .list(.dyn)
    case .optional(let present): .optional(self.type(of: present))
    }
  }

  /// A field that an `each` makes visible: column `index` of the current row.
  static func rowVariable(_ type: FieldType, index: Int) -> Variable {
    let isOptional = type.isOptional
    return Variable(self.type(of: type)) { activation in
      guard let row = activation.frame.pointee.row else { return isOptional ? .none : .error(.absentValue) }
      return value(of: row[index], optional: isOptional)
    }
  }

  private static func variable(_ field: Schema.Field, _ column: Int) -> Variable {
    let type = type(of: field.type)
    switch (field.type, field.isOptional) {
    case (.string, true):
      return Variable(.optional(type)) { activation in
        let field = activation.frame.pointee.fields[column]
        guard field.kind == .text, let start = field.pointer else { return .none }
        return Value.string(start, count: Int(field.count)).wrapped
      }
    case (.string, false):
      return Variable(type) { activation in
        let field = activation.frame.pointee.fields[column]
        guard field.kind == .text, let start = field.pointer else { return .emptyString }
        return Value.string(start, count: Int(field.count))
      }
    case (.int, false):
      return Variable(type) { activation in .int(activation.frame.pointee.fields[column].integer) }
    default:
      let isOptional = field.isOptional
      return Variable(isOptional ? .optional(type) : type) { activation in
        value(of: activation.frame.pointee.fields[column], optional: isOptional)
      }
    }
  }

  private static func value(of field: Field, optional: Bool) -> Value {
    let value: Value
    switch field.kind {
    case .missing: return optional ? .none : .error(.absentValue)
    case .text: value = .string(field.bytes)
    case .int: value = .int(field.integer)
    case .double: value = .double(field.double)
    case .bool: value = .bool(field.integer != 0)
    case .timestamp: value = .timestamp(seconds: field.integer, nanoseconds: field.count)
    case .decimal: value = Decimal(mantissa: Int128(field.integer), scale: Int(field.scale))?.value ?? .error(.overflow)
    case .list: return .error(.invalidConversion)
    }
    return optional ? value.wrapped : value
  }

  private static func rows(of field: Field, _ width: Int, _ type: UInt32, _ activation: Activation) -> Value {
    guard field.kind == .list, let rows = field.rows else { return .none }
    let count = Int(field.count)
    guard let values = activation.allocateValues(count) else { return .error(.outOfMemory) }
    for index in 0..<count { values[index] = .object(rows + index * width, type: type) }
    return .list(values, count: count)
  }
}
