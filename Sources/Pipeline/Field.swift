/// One value of a record as its reader parsed it: sixteen trivial bytes, so that a batch of records is a plain table.
///
/// Text and lists point into the block or the batch and live until the batch is parsed anew.
@frozen
public struct Field: BitwiseCopyable, Sendable {
  /// What the other members mean.
  @frozen
  public enum Kind: UInt8, Sendable {
    /// No value: absent, or one of the mapping's `missing` texts.
    case missing
    /// `pointer` and `count` bytes of UTF-8.
    case text
    /// `integer`.
    case int
    /// `double`.
    case double
    /// `integer` is 0 or 1.
    case bool
    /// `integer` seconds since 1970-01-01 UTC and `count` nanoseconds.
    case timestamp
    /// `integer` × 10^-scale, exact.
    case decimal
    /// `count` rows at `rows`, each as wide as its list's declared fields.
    case list
  }

  /// A number's bits, or an address; see `Kind`.
  public var bits: UInt64
  /// Bytes, rows or nanoseconds; see `Kind`.
  public var count: UInt32
  /// What kind of value it is.
  public var kind: Kind
  /// Digits behind the point, of a decimal.
  public var scale: UInt8
  private var reserved: UInt16 = 0

  @inlinable @inline(__always)
  public init(kind: Kind, bits: UInt64, count: UInt32, scale: UInt8 = 0) {
    self.kind = kind
    self.bits = bits
    self.count = count
    self.scale = scale
  }

  /// No value.
  @inlinable public static var missing: Field { Field(kind: .missing, bits: 0, count: 0) }

  /// `count` bytes of UTF-8, which stay where they are.
  @inlinable @inline(__always)
  public static func text(_ start: UnsafePointer<UInt8>, _ count: Int) -> Field {
    Field(kind: .text, bits: UInt64(UInt(bitPattern: start)), count: UInt32(truncatingIfNeeded: count))
  }

  /// A whole number.
  @inlinable @inline(__always)
  public static func int(_ value: Int64) -> Field { Field(kind: .int, bits: UInt64(bitPattern: value), count: 0) }

  /// A finite number.
  @inlinable public static func double(_ value: Double) -> Field {
    Field(kind: .double, bits: value.bitPattern, count: 0)
  }

  /// True or false.
  @inlinable public static func bool(_ value: Bool) -> Field { Field(kind: .bool, bits: value ? 1 : 0, count: 0) }

  /// - Parameter seconds: since 1970-01-01 UTC.
  @inlinable public static func timestamp(seconds: Int64, nanoseconds: UInt32 = 0) -> Field {
    Field(kind: .timestamp, bits: UInt64(bitPattern: seconds), count: nanoseconds)
  }

  /// `mantissa` × 10^-`scale`, exactly.
  @inlinable public static func decimal(_ mantissa: Int64, scale: UInt8) -> Field {
    Field(kind: .decimal, bits: UInt64(bitPattern: mantissa), count: 0, scale: scale)
  }

  /// `count` rows, which stay where they are.
  @inlinable public static func list(_ rows: UnsafePointer<Field>, count: Int) -> Field {
    Field(kind: .list, bits: UInt64(UInt(bitPattern: rows)), count: UInt32(truncatingIfNeeded: count))
  }

  /// Of `int`, `bool`, `timestamp` and `decimal`.
  @inlinable @inline(__always) public var integer: Int64 { Int64(bitPattern: bits) }
  /// Of `timestamp`, behind the second.
  @inlinable public var nanoseconds: UInt32 { count }
  /// Of `timestamp`: since 1970-01-01 UTC, rounded down.
  @inlinable public var milliseconds: Int64 { integer * 1000 + Int64(nanoseconds / 1_000_000) }
  /// Of `double`.
  @inlinable public var double: Double { Double(bitPattern: bits) }
  /// Of `text`.
  @inlinable @inline(__always) public var pointer: UnsafePointer<UInt8>? {
    UnsafePointer(bitPattern: UInt(truncatingIfNeeded: bits))
  }
  /// Of `list`.
  @inlinable public var rows: UnsafePointer<Field>? { UnsafePointer(bitPattern: UInt(truncatingIfNeeded: bits)) }
  /// Whether there is no value.
  @inlinable @inline(__always) public var isMissing: Bool { kind == .missing }

  /// The bytes of a text field, empty for any other kind.
  @inlinable @inline(__always) public var bytes: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: pointer, count: kind == .text ? Int(count) : 0)
  }
}
