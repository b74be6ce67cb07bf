internal import CEL
internal import Glibc
internal import Pipeline

/// What compiled expressions find behind `Activation.host`: the record at work and the computed `let` values.
struct RecordFrame {
  var fields: UnsafePointer<Field>
  /// The row of the innermost `each`.
  var row: UnsafePointer<Field>?
  /// Counts records; a `let` is filled if its mark equals it.
  var generation: UInt64
  let letValues: UnsafeMutablePointer<Value>
  let letMarks: UnsafeMutablePointer<UInt64>
  /// Of each `PatternIndex` a mark and the answer: `wholeAnswer` for a whole one of this record, one less for a part.
  let answers: UnsafeMutablePointer<UInt64>
  /// Answers of costly functions by text.
  let memo: UnsafeMutablePointer<TextMemo>
  /// The error that stopped the record, and where.
  var failure: Value
  var failureSite: Int
  /// The last error of a `let`, which is where a failing expression that uses it really failed.
  var letFailure: Value
  var letFailureSite: Int

  @inline(__always)
  var wholeAnswer: UInt64 { generation &* 2 &+ 1 }

  /// A site that no expression has.
  static let nowhere = -1
}

extension Activation {
  /// The mapper sets `host` before it evaluates anything.
  @inline(__always)
  var frame: UnsafeMutablePointer<RecordFrame> {
    host.unsafelyUnwrapped.assumingMemoryBound(to: RecordFrame.self)
  }

  /// Remembers the first error of a record and the expression it came from.
  @inline(never)
  func fail(_ value: Value, site: Int) {
    if frame.pointee.failureSite == RecordFrame.nowhere {
      let isOfLet =
        frame.pointee.letFailureSite != RecordFrame.nowhere && frame.pointee.letFailure.bits == value.bits
        && frame.pointee.letFailure.head == value.head
      frame.pointee.failure = value
      frame.pointee.failureSite = isOfLet ? frame.pointee.letFailureSite : site
    }
  }
}

/// A plain field of the record or of a row: what conditions and values that are nothing else read directly.
struct FieldColumn: Sendable {
  enum Kind: Sendable {
    case text, int, decimal

    init?(_ type: FieldType) {
      switch type {
      case .string: self = .text
      case .int: self = .int
      case .decimal: self = .decimal
      default: return nil
      }
    }
  }

  var index: Int
  var kind: Kind
  /// Of the innermost `each`, else of the record.
  var isOfRow: Bool

  @inline(__always)
  func field(_ activation: Activation) -> Field {
    guard isOfRow else { return activation.frame.pointee.fields[index] }
    return activation.frame.pointee.row?[index] ?? .missing
  }

  /// Writes the value as JSON; false if there is none.
  @inline(__always)
  func write(_ activation: Activation, to buffer: ByteBuffer) -> Bool {
    FieldColumn.write(field(activation), as: kind, to: buffer)
  }

  @inline(__always)
  static func write(_ value: Field, as kind: Kind, to buffer: ByteBuffer) -> Bool {
    switch (kind, value.kind) {
    case (.text, .text): buffer.append(json: value.bytes)
    case (.int, .int): buffer.append(decimal: value.integer)
    case (.decimal, .decimal): buffer.append(decimal: value.integer, scale: Int(value.scale))
    default: return false
    }
    return true
  }
}

/// Compares by words; the bytes lie in records or constants, `count` of them in both.
@inline(__always)
func bytesEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  let (x, y) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
  var at = 0
  while at + 8 <= count {
    if x.loadUnaligned(fromByteOffset: at, as: UInt64.self) != y.loadUnaligned(fromByteOffset: at, as: UInt64.self) {
      return false
    }
    at &+= 8
  }
  while at < count {
    if a[at] != b[at] { return false }
    at &+= 1
  }
  return true
}

/// Remembers a yes or no for recently seen texts: user agents repeat. Exact (it compares the text); each text has two places,
/// so that two that are seen in turns do not drive each other out.
struct TextMemo {
  private static let slots = 4096
  private static let longest = 248

  private struct Slot {
    var hash: UInt64
    var length: UInt32
    var answer: Bool
  }

  private let heads: UnsafeMutablePointer<Slot>
  private let texts: UnsafeMutablePointer<UInt8>

  init() {
    heads = .allocate(capacity: Self.slots)
    heads.initialize(repeating: Slot(hash: 0, length: .max, answer: false), count: Self.slots)
    texts = .allocate(capacity: Self.slots * Self.longest)
  }

  func free() {
    heads.deallocate()
    texts.deallocate()
  }

  @inline(__always)
  func answer(_ text: UnsafeBufferPointer<UInt8>, _ compute: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
    guard let start = text.baseAddress, text.count <= Self.longest else { return compute(text) }
    let hash = ByteHash.hash(text)
    let first = Int(truncatingIfNeeded: hash) & (Self.slots - 1)
    if holds(first, hash, start, text.count) { return heads[first].answer }
    let second = first ^ 1
    if holds(second, hash, start, text.count) { return heads[second].answer }
    let answer = compute(text)
    let isFree = heads[first].length == .max
    let slot = isFree || Int(truncatingIfNeeded: heads[first].hash) & (Self.slots - 1) != first ? first : second
    heads[slot] = Slot(hash: hash, length: UInt32(text.count), answer: answer)
    (texts + slot * Self.longest).update(from: start, count: text.count)
    return answer
  }

  @inline(__always)
  private func holds(_ slot: Int, _ hash: UInt64, _ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    heads[slot].hash == hash && Int(heads[slot].length) == count
      && memcmp(start, texts + slot * Self.longest, count) == 0
  }
}

/// The expression language has a `Field` of its own, which mappings never use.
typealias Field = Pipeline.Field
