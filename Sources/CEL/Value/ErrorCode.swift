/// Why an evaluation failed.
@frozen
public enum ErrorCode: UInt16, Sendable, CaseIterable {
  case custom, noSuchOverload, overflow, divideByZero, noSuchKey, noSuchField, indexOutOfRange, invalidArgument
  case invalidConversion, absentValue, unknownName, duplicateKey, outOfMemory, tooDeep, tooManySteps
  case noBool, noInteger, noNumber, noTimestamp, noDuration

  /// The general text for the code, lower-case and without a full stop.
  public var message: String {
    switch self {
    case .custom: "failed"
    case .noSuchOverload: "no matching overload"
    case .overflow: "overflow: the result is out of range"
    case .divideByZero: "divide by zero"
    case .noSuchKey: "no such key"
    case .noSuchField: "no such field"
    case .indexOutOfRange: "index out of range"
    case .invalidArgument: "invalid argument"
    case .invalidConversion: "the value cannot be converted"
    case .absentValue: "the value is absent"
    case .unknownName: "undeclared reference"
    case .duplicateKey: "a key occurs twice in a map"
    case .outOfMemory: "the record needs more memory than it may use"
    case .tooDeep: "the evaluation nests too deeply"
    case .noBool: "neither true nor false"
    case .noInteger: "no whole number"
    case .noNumber: "no number"
    case .noTimestamp: "no time with an offset, as 2026-09-10T14:00:00Z"
    case .noDuration: "no length of time, as 90s or 1h30m"
    case .tooManySteps: "the evaluation takes too many steps"
    }
  }
}

extension Value {

  /// An error as a value: it travels through operators until `&&`, `||` or `?:` absorbs it.
  ///
  /// - Parameters:
  ///   - offset: the UTF-8 offset in the expression's source; a host function leaves it out.
  ///   - detail: text about this very case, which must live until the arena is reset (see `Activation.error`).
  @inlinable
  public static func error(_ code: ErrorCode, at offset: UInt32 = .max, detail: UnsafePointer<UInt8>? = nil) -> Value {
    Value(kind: .error, auxiliary: code.rawValue, count: offset, bits: UInt64(UInt(bitPattern: detail)))
  }
  @inlinable public var errorCode: ErrorCode { ErrorCode(rawValue: auxiliary) ?? .custom }
  /// Where in the source the error arose, in UTF-8 bytes; nil when unknown.
  @inlinable public var errorOffset: Int? { count == .max ? nil : Int(count) }

  /// The error's text, lower-case and without a full stop.
  public var errorMessage: String {
    guard let detail = UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: bits)) else { return errorCode.message }
    let count = min(Int(detail.loadUnaligned(as: UInt32.self)), 200)
    let bytes = UnsafeRawBufferPointer(start: detail + 4, count: count)
    let text = String(decoding: bytes, as: UTF8.self)
    return errorCode == .custom ? text : "\(errorCode.message): \(text)"
  }

  /// The error with a place in the source, unless it has one.
  @inlinable
  func located(at offset: UInt32) -> Value {
    guard isError, count == .max else { return self }
    return Value(head: head & 0xFFFF_FFFF | UInt64(offset) &<< 32, bits: bits)
  }
}
