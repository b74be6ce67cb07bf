import Pipeline

/// Types as mappings write them.
enum FieldTypeText {
  static func name(_ type: FieldType) -> String {
    switch type {
    case .string: "string"
    case .int: "int"
    case .double: "double"
    case .bool: "bool"
    case .timestamp: "timestamp"
    case .decimal: "decimal"
    case .list: "list"
    case .optional(let type): name(type)
    }
  }
}
