import Pipeline
import Readers

/// Documents through the XML reader, in one piece and in many.
///
/// Byte 0 picks the layout, byte 1 how the pieces are cut; the rest is the document. What must hold:
///
/// - every record is a row or a reject, and lines and numbers never go back;
/// - a text lies in its block, and every byte of it can be read;
/// - the rows, rejects and counts are the same however the bytes were cut and however many fit in a block or a batch.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 2 else { return 0 }
  let reader = Layouts.readers[Int(bytes[0]) % Layouts.readers.count]
  let cut = bytes[1]
  let document = Array(UnsafeBufferPointer(start: bytes + 2, count: count - 2))

  var whole = Reading(reader)
  whole.read(MemorySource(document), capacity: 1 << 20, batch: RecordBatch.standardCapacity)
  var pieces = Reading(reader)
  pieces.read(MemorySource(document, step: Int(cut & 0x3F) + 1), capacity: 4096, batch: Int(cut >> 6) + 1)
  require(whole.rows == pieces.rows, "rows depend on how the bytes were cut")
  require(whole.rejects == pieces.rejects, "rejects depend on how the bytes were cut")
  require(whole.lines == pieces.lines && whole.records == pieces.records, "counts depend on how the bytes were cut")
  return 0
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
