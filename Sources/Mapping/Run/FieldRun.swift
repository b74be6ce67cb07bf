internal import CEL
internal import Pipeline

/// Neighbouring members of an object that are plain fields, as a table: one loop writes them all, where a closure for
/// each would be called through the one before it.
final class FieldRun: @unchecked Sendable {
  struct Member {
    var column: FieldColumn
    /// The comma, the key and the colon, and constant members before them.
    var text: ConstantBytes
    /// Bytes of `text` that stay if there is no value.
    var kept: Int
  }

  private struct Entry: BitwiseCopyable {
    /// Padded.
    var text: UnsafePointer<UInt8>
    var length: Int32
    var kept: Int32
    var column: Int32
    var kind: FieldColumn.Kind
    var isOfRow: Bool
  }

  private let members: [Member]
  private let entries: UnsafeMutablePointer<Entry>
  private let count: Int

  init(_ members: [Member]) {
    self.members = members
    count = members.count
    entries = .allocate(capacity: max(1, count))
    for (index, member) in members.enumerated() {
      (entries + index).initialize(
        to: Entry(
          text: member.text.start, length: Int32(truncatingIfNeeded: member.text.count),
          kept: Int32(truncatingIfNeeded: member.kept), column: Int32(truncatingIfNeeded: member.column.index),
          kind: member.column.kind, isOfRow: member.column.isOfRow))
    }
  }

  deinit { entries.deallocate() }

  /// Writes the members that there are; false if any is missing.
  @inline(__always)
  @discardableResult
  func write(_ activation: Activation, to buffer: ByteBuffer) -> Bool {
    var isComplete = true
    let frame = activation.frame
    let (fields, row) = (frame.pointee.fields, frame.pointee.row)
    var entry = UnsafePointer(entries)
    let end = entry + count
    while entry < end {
      let before = buffer.count
      buffer.append(padded: entry.pointee.text, Int(entry.pointee.length))
      let source: UnsafePointer<Field>? = entry.pointee.isOfRow ? row : fields
      let value = source.map { $0[Int(entry.pointee.column)] } ?? .missing
      if !FieldColumn.write(value, as: entry.pointee.kind, to: buffer) {
        buffer.count = before &+ Int(entry.pointee.kept)
        isComplete = false
      }
      entry += 1
    }
    return isComplete
  }
}
