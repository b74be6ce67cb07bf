/// What a `Value` holds.
@frozen
public enum Kind: UInt8, Sendable, CaseIterable {
  case null, bool, int, uint, double, string, bytes, timestamp, duration, decimal, list, map, object, type, absent
  case error
  /// An IP address, and a range of them (the network extension).
  case address, network
}

/// A value of the language in 16 trivial bytes: copying one never counts a reference.
///
/// `head` packs the kind (8 bits), how often the value is wrapped in `optional.of` (8 bits), an auxiliary number
/// (16 bits: the scale of a decimal, the index size of a map, the code of an error) and a count (32 bits); `bits` is
/// the scalar, or the address of bytes or values in the record, the arena of the `Activation` or the program's
/// constants. A value that points into an arena is valid until that arena is reset.
///
/// An optional value needs no box: a present one is the value itself with a wrapping count of one, an absent one has
/// the kind `absent`.
@frozen
public struct Value: Sendable {
  public var head: UInt64
  public var bits: UInt64

  @inlinable
  public init(head: UInt64, bits: UInt64) {
    self.head = head
    self.bits = bits
  }

  @inlinable
  public init(kind: Kind, auxiliary: UInt16 = 0, count: UInt32 = 0, bits: UInt64) {
    head = UInt64(kind.rawValue) | UInt64(auxiliary) &<< 16 | UInt64(count) &<< 32
    self.bits = bits
  }
}

// MARK: Parts

extension Value {
  @inlinable public var kind: Kind { unsafeBitCast(UInt8(truncatingIfNeeded: head), to: Kind.self) }
  /// How often the value is wrapped in `optional.of`; an absent value counts as wrapped.
  @inlinable public var wrapping: UInt8 { UInt8(truncatingIfNeeded: head &>> 8) }
  @inlinable public var auxiliary: UInt16 { UInt16(truncatingIfNeeded: head &>> 16) }
  @inlinable public var count: UInt32 { UInt32(truncatingIfNeeded: head &>> 32) }
  /// The kind and the wrapping in one number: the kind's own for a plain value.
  @inlinable public var tag: UInt16 { UInt16(truncatingIfNeeded: head) }

  @inlinable public var isError: Bool { UInt8(truncatingIfNeeded: head) == Kind.error.rawValue }
  @inlinable public var isTrue: Bool { head == Value.boolHead && bits == 1 }
  @inlinable public var isFalse: Bool { head == Value.boolHead && bits == 0 }
  /// Whether the value has this kind and is not wrapped in an optional.
  @inlinable public func isPlain(_ kind: Kind) -> Bool { tag == UInt16(kind.rawValue) }

  @inlinable public static var boolHead: UInt64 { UInt64(Kind.bool.rawValue) }
  @inlinable public static var intHead: UInt64 { UInt64(Kind.int.rawValue) }
  @inlinable public static var doubleHead: UInt64 { UInt64(Kind.double.rawValue) }
}

// MARK: Scalars

extension Value {
  @inlinable public static var null: Value { Value(head: 0, bits: 0) }
  @inlinable public static var `true`: Value { Value(head: boolHead, bits: 1) }
  @inlinable public static var `false`: Value { Value(head: boolHead, bits: 0) }
  @inlinable public static func bool(_ value: Bool) -> Value { Value(head: boolHead, bits: value ? 1 : 0) }
  @inlinable public static func int(_ value: Int64) -> Value { Value(head: intHead, bits: UInt64(bitPattern: value)) }
  @inlinable public static func uint(_ value: UInt64) -> Value { Value(kind: .uint, bits: value) }
  @inlinable public static func double(_ value: Double) -> Value { Value(head: doubleHead, bits: value.bitPattern) }

  @inlinable public var bool: Bool { bits != 0 }
  @inlinable public var int: Int64 { Int64(bitPattern: bits) }
  @inlinable public var uint: UInt64 { bits }
  @inlinable public var double: Double { Double(bitPattern: bits) }

  /// A point in time, in seconds since 1970 and nanoseconds of that second (0 to 999,999,999, also before 1970).
  @inlinable
  public static func timestamp(seconds: Int64, nanoseconds: UInt32 = 0) -> Value {
    Value(kind: .timestamp, count: nanoseconds, bits: UInt64(bitPattern: seconds))
  }
  /// A length of time, in seconds rounded towards minus infinity and the nanoseconds above them.
  @inlinable
  public static func duration(seconds: Int64, nanoseconds: UInt32 = 0) -> Value {
    Value(kind: .duration, count: nanoseconds, bits: UInt64(bitPattern: seconds))
  }
  /// The whole seconds of a timestamp or a duration, rounded towards minus infinity.
  @inlinable public var seconds: Int64 { Int64(bitPattern: bits) }
  /// The nanoseconds of a timestamp or a duration, never negative.
  @inlinable public var nanoseconds: UInt32 { count }
}

// MARK: Text and bytes

extension Value {
  /// A string of UTF-8 bytes, which must outlive the value.
  @inlinable
  public static func string(_ start: UnsafePointer<UInt8>, count: Int) -> Value {
    Value(kind: .string, count: UInt32(truncatingIfNeeded: count), bits: UInt64(UInt(bitPattern: start)))
  }
  /// A string of UTF-8 bytes, which must outlive the value and stay where they are.
  @inlinable
  public static func string(_ bytes: UnsafeBufferPointer<UInt8>) -> Value {
    guard let start = bytes.baseAddress else { return emptyString }
    return string(start, count: bytes.count)
  }
  /// A string of literal text that lives as long as the process.
  @inlinable
  public static func string(_ text: StaticString) -> Value { string(text.utf8Start, count: text.utf8CodeUnitCount) }

  /// A byte string, which must outlive the value.
  @inlinable
  public static func bytes(_ start: UnsafePointer<UInt8>, count: Int) -> Value {
    Value(kind: .bytes, count: UInt32(truncatingIfNeeded: count), bits: UInt64(UInt(bitPattern: start)))
  }
  @inlinable public static var emptyString: Value { Value(kind: .string, bits: 1) }

  /// The address of a string, a byte string or a type's name; only to be read when `count` is not zero.
  @inlinable
  public var start: UnsafePointer<UInt8> {
    UnsafePointer(bitPattern: UInt(truncatingIfNeeded: bits)).unsafelyUnwrapped
  }
  @inlinable public var length: Int { Int(truncatingIfNeeded: head &>> 32) }
  /// The bytes of a string, a byte string or a type's name.
  @inlinable public var utf8: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: length) }
  /// The text as a `String`; for messages and tests, not for the hot path.
  public var text: String { String(decoding: utf8, as: UTF8.self) }
}

// MARK: Optionals

extension Value {
  /// The absent value of an optional type.
  @inlinable public static var none: Value { Value(head: UInt64(Kind.absent.rawValue) | 1 &<< 8, bits: 0) }
  /// The value as the present value of an optional type.
  @inlinable public var wrapped: Value { Value(head: head &+ 0x100, bits: bits) }
  /// The value of a present optional; only for a value with `isPresent`.
  @inlinable public var unwrapped: Value { Value(head: head &- 0x100, bits: bits) }
  @inlinable public var isOptional: Bool { wrapping != 0 }
  /// Whether the value is `optional.none()`.
  @inlinable public var isNone: Bool { UInt16(truncatingIfNeeded: head) == UInt16(Kind.absent.rawValue) | 0x100 }
  /// Whether the value is a present optional.
  @inlinable public var isPresent: Bool { isOptional && !isNone }
}

// MARK: Aggregates

extension Value {
  /// A list over values that must outlive it.
  @inlinable
  public static func list(_ start: UnsafePointer<Value>, count: Int) -> Value {
    Value(kind: .list, count: UInt32(truncatingIfNeeded: count), bits: UInt64(UInt(bitPattern: start)))
  }
  @inlinable public static var emptyList: Value { Value(kind: .list, bits: 16) }
  @inlinable public static var emptyMap: Value { Value(kind: .map, bits: 16) }

  /// The elements of a list.
  @inlinable
  public var elements: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: valueStart, count: length) }

  /// The keys and values of a map, in pairs: twice `length` values.
  @inlinable
  public var pairs: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: valueStart, count: 2 &* length) }

  @inlinable
  var valueStart: UnsafePointer<Value> { UnsafePointer(bitPattern: UInt(truncatingIfNeeded: bits)).unsafelyUnwrapped }

  /// An object of the host: an address that only the properties of its type look into.
  @inlinable
  public static func object(_ pointer: UnsafeRawPointer, type: UInt32) -> Value {
    Value(kind: .object, count: type, bits: UInt64(UInt(bitPattern: pointer)))
  }
  /// The address of an object.
  @inlinable
  public var pointer: UnsafeRawPointer {
    UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: bits)).unsafelyUnwrapped
  }
}
