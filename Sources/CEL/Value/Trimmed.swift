extension Value {
  /// A text without the white space of Unicode at both ends, as `trim()` gives it; of the same bytes.
  public var trimmed: Value { Library.trim(self) }
}
