import Pipeline
import Readers

/// Lines through the weblog reader, in one piece and in many.
///
/// Byte 0 picks the format, byte 1 how the pieces are cut; the rest is the log. What must hold:
///
/// - the accounts add up: every line is a comment, a blank or a record, every record a row or a reject;
/// - a text field lies in its record's bytes, or outside of the block in memory that can be read;
/// - the rows are the same however the bytes were cut, however many fit in a batch, and with nothing but the padding
///   behind the records.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 2 else { return 0 }
  let reader = Formats.readers[Int(bytes[0]) % Formats.readers.count]
  let cut = bytes[1]
  let log = Array(UnsafeBufferPointer(start: bytes + 2, count: count - 2))

  var whole = Reading(reader)
  whole.read(MemorySource(log), capacity: max(log.count, 1), batch: RecordBatch.standardCapacity)
  var pieces = Reading(reader)
  pieces.isFlush = true
  pieces.read(MemorySource(log, step: Int(cut & 0x3F) + 1), capacity: 4096, batch: Int(cut >> 6) + 1)
  require(whole.rows == pieces.rows, "rows depend on how the bytes were cut")
  require(whole.rejects == pieces.rejects, "rejects depend on how the bytes were cut")
  require(whole.lines == pieces.lines && whole.records == pieces.records, "counts depend on how the bytes were cut")
  return 0
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
