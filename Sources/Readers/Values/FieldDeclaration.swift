internal import Pipeline

/// One entry of `fields:`: a field of the record, as the mapping declares it.
struct FieldDeclaration: Sendable {
  var name: String
  var type: ValueType
  var isOptional: Bool
  /// The text to take where there is none.
  var fallback: String?
  /// Texts that stand for no value, beside the reader's.
  var missing: [String]
  /// What only the reader at hand understands: `column`, `path`.
  var own: [String: ConfigNode]
  var span: SourceSpan

  /// The type within a list of rows.
  var rowType: FieldType { isOptional ? .optional(type.fieldType) : type.fieldType }

  func schemaField(_ summary: String) -> Schema.Field {
    Schema.Field(name, type.fieldType, optional: isOptional, summary)
  }
}
