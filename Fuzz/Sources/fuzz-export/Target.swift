import Pipeline
import Readers

/// Exports through the readers csv and jsonl, and JSON access logs: in one piece and in many.
///
/// Byte 0 picks the settings, byte 1 how the pieces are cut; the rest is the input. What must hold:
///
/// - every record is a row or a reject, and a reject lies in its block;
/// - every value can be read, rows of lists included;
/// - rows, rejects and counts are the same however the bytes were cut.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 2 else { return 0 }
  let reader = Inputs.readers[Int(bytes[0]) % Inputs.readers.count]
  let cut = bytes[1]
  let input = Array(UnsafeBufferPointer(start: bytes + 2, count: count - 2))
  var whole = Export(reader)
  whole.read(MemorySource(input), capacity: max(input.count, 1), batch: RecordBatch.standardCapacity)
  var pieces = Export(reader)
  pieces.read(MemorySource(input, step: Int(cut & 0x3F) + 1), capacity: 4096, batch: Int(cut >> 6) + 1)
  require(whole.refusal == pieces.refusal, "a head depends on how the bytes were cut")
  require(whole.rows == pieces.rows, "rows depend on how the bytes were cut")
  require(whole.rejects == pieces.rejects, "rejects depend on how the bytes were cut")
  require(whole.lines == pieces.lines && whole.records == pieces.records, "counts depend on how the bytes were cut")
  return 0
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
