import Pipeline
import Readers

/// The beginning of an input of any kind, looked at by every reader's sniffer.
///
/// Byte 0 says whether the input ends there, and in which zone its times may be; the rest is the input. What must hold:
///
/// - no more records are understood than were looked at;
/// - what is pinned is one line of printable text a key, nothing that a terminal or YAML takes for a command;
/// - the reader that was made reads the same input: rows of as many values as it has fields, rejects in their block;
/// - looking twice finds the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 1 else { return 0 }
  let input = Array(UnsafeBufferPointer(start: bytes + 1, count: count - 1))
  let head = SniffHead(
    name: "fuzz", bytes: input, isComplete: bytes[0] & 1 == 0, zone: bytes[0] & 2 == 0 ? nil : "Europe/Warsaw")
  for entry in ReaderCatalogue.entries {
    guard let sniffer = entry.sniffer, let finding = sniffer.sniff(head) else { continue }
    require(finding.understood >= 0 && finding.understood <= finding.records, "\(entry.name) understood too much")
    let pinned = finding.input
    require(pinned.unicodeScalars.allSatisfy(isVisible), "\(entry.name) pins hidden text")
    require(sniffer.sniff(head)?.input == pinned, "\(entry.name) found something else the second time")
    read(input, finding.made)
  }
  return 0
}

/// Printable ASCII, line ends, and of other text what names of columns are made of: letters and signs of money.
private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
  scalar == "\n" || (" "..."~").contains(scalar) || scalar == "°"
    || scalar.value > 0xA0 && (scalar.properties.isAlphabetic || scalar.properties.generalCategory == .currencySymbol)
}

/// Reads the input with what was found.
private func read(_ input: [UInt8], _ reader: any Reader) {
  let fields = reader.schema.fields.map(\.name)
  let source = reader.makeSource(MemorySource(input), limits: ReadLimits())
  let parser = reader.makeParser(fields: fields)
  let block = Block(capacity: 64 << 10, headroom: 1 << 20)
  let batch = RecordBatch(stride: fields.count)
  let result = MappedBlock()
  while (try? source.next(into: block)) == true {
    result.reset()
    var cursor = 0
    var hasMore = true
    while hasMore {
      batch.reset()
      hasMore = parser.parse(block, from: &cursor, into: batch, result: result)
      require(batch.count <= batch.capacity, "more records than room")
    }
    for reject in result.rejects {
      require((reject.offset ?? 0) >= 0 && (reject.offset ?? 0) <= block.count, "a reject lies outside its block")
    }
    block.reset()
  }
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
