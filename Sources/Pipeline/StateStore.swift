/// What a stage has to remember when a run ends and another is to go on where it stood.
///
/// Parts are known by a kind and a number. Within a commit a stage writes only what has changed since the one before;
/// all of it becomes durable together with the outputs' lengths, or not at all.
public protocol StateStore: AnyObject {
  /// Writes a part, or replaces it. Throws a `Diagnostic`.
  func put(_ kind: StaticString, _ number: Int64, _ bytes: UnsafeBufferPointer<UInt8>) throws
  /// Forgets a part, if there is one. Throws a `Diagnostic`.
  func remove(_ kind: StaticString, _ number: Int64) throws
  /// Forgets all parts of a kind whose number is below `end`. Throws a `Diagnostic`.
  func removeAll(_ kind: StaticString, below end: Int64) throws
  /// All parts of a kind, by ascending number. Throws a `Diagnostic`.
  func forEach(_ kind: StaticString, _ body: (Int64, UnsafeBufferPointer<UInt8>) throws -> Void) throws
}

extension ByteBuffer {
  /// An integer as eight bytes, the lowest first: how parts of the state hold numbers.
  public func append(word: Int64) {
    reserve(8)
    UnsafeMutableRawPointer(cursor).storeBytes(of: word.littleEndian, as: Int64.self)
    count += 8
  }

  /// Bytes behind their number.
  public func append(sized bytes: UnsafeBufferPointer<UInt8>) {
    append(word: Int64(bytes.count))
    append(bytes)
  }
}

/// Reads what was written by `append(word:)` and `append(sized:)`. State comes from a file, so everything is checked:
/// what is not there throws C104.
public struct StateCursor {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0

  /// - Parameter bytes: one part of the state; they must outlive the cursor.
  public init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Whether nothing is left, as it should be when all was read.
  public var isAtEnd: Bool { at == bytes.count }

  /// What `append(word:)` wrote. Throws C104.
  public mutating func word() throws(Diagnostic) -> Int64 {
    guard let start = bytes.baseAddress, bytes.count - at >= 8 else { throw StateCursor.damage("a part is too short") }
    defer { at += 8 }
    return Int64(littleEndian: UnsafeRawPointer(start + at).loadUnaligned(as: Int64.self))
  }

  /// A number that must lie in a range.
  public mutating func word(in range: ClosedRange<Int64>) throws(Diagnostic) -> Int64 {
    let value = try word()
    guard range.contains(value) else { throw StateCursor.damage("a number is out of range") }
    return value
  }

  /// A number that is 0 or 1. Throws C104.
  public mutating func flag() throws(Diagnostic) -> Bool { try word(in: 0...1) == 1 }

  /// Valid as long as the bytes that it reads from.
  public mutating func sized() throws(Diagnostic) -> UnsafeBufferPointer<UInt8> {
    let count = Int(try word(in: 0...Int64(Int32.max)))
    guard let start = bytes.baseAddress, bytes.count - at >= count else {
      throw StateCursor.damage("a part is too short")
    }
    defer { at += count }
    return UnsafeBufferPointer(start: start + at, count: count)
  }

  /// A copy of what `append(sized:)` wrote. Throws C104.
  public mutating func array() throws(Diagnostic) -> [UInt8] { Array(try sized()) }

  /// C104: the state cannot be what the program wrote.
  public static func damage(_ reason: String) -> Diagnostic {
    Diagnostic(
      "C104", "the state is damaged: \(reason)",
      remedy: "restore the state folder from a backup, or begin anew with another --state folder; nothing was changed")
  }
}
