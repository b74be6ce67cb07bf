internal import Pipeline

/// A converter with a way around it: the usual texts and numbers become values without a call or a reference counted.
///
/// The converter belongs to somebody else, who outlives this.
struct ValueShortcut: BitwiseCopyable {
  /// What a text may be turned into without the converter.
  enum Kind: UInt8 { case none, text, int, decimal }

  private let converter: Unmanaged<ValueConverter>
  private let kind: Kind
  /// Digits behind the point that are asked for, or -1.
  private let scale: Int8
  private let point: UInt8
  /// Whether an empty text is simply no value.
  private let isEmptyMissing: Bool

  init(_ converter: ValueConverter) {
    self.converter = .passUnretained(converter)
    kind = converter.shortcut
    scale = converter.plainScale
    point = converter.point
    isEmptyMissing = converter.isEmptyMissing
  }

  /// The declaration, for messages.
  var declaration: FieldDeclaration { converter._withUnsafeGuaranteedRef { $0.declaration } }

  /// Reads `start..<stop`, which must live as long as the field. Eight bytes are read from `start` on.
  @inline(__always)
  func convert(
    _ start: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>, into field: UnsafeMutablePointer<Field>
  ) -> ValueProblem {
    if isUsual(start, stop - start, field) { return .none }
    return converter._withUnsafeGuaranteedRef { $0.convert(start, stop, into: field) }
  }

  /// What a record has that lacks the field.
  @inline(__always)
  func nothing(into field: UnsafeMutablePointer<Field>) -> ValueProblem {
    converter._withUnsafeGuaranteedRef { $0.nothing(into: field) }
  }

  /// The value of a usual text; false where the converter must look at it.
  @inline(__always)
  private func isUsual(
    _ start: UnsafePointer<UInt8>, _ count: Int, _ field: UnsafeMutablePointer<Field>
  ) -> Bool {
    guard count > 0 else {
      if isEmptyMissing { field.pointee = .missing }
      return isEmptyMissing
    }
    switch kind {
    case .none: return false
    case .text:
      field.pointee = .text(start, count)
      return true
    case .int:
      guard let value = ShortNumber.int(start, count) else { return false }
      field.pointee = .int(value)
      return true
    case .decimal:
      guard let value = ShortNumber.decimal(start, count, point: point), scale < 0 || value.scale == scale else {
        return false
      }
      field.pointee = .decimal(value.mantissa, scale: UInt8(truncatingIfNeeded: value.scale))
      return true
    }
  }
}
