import Pipeline
import Sessions

/// Hits through the session stage, in every mode.
///
/// Byte 0 picks the settings, byte 1 the size of blocks; each four bytes that follow are a hit. What must hold:
///
/// - every event leaves once, in every mode;
/// - `exact` gives the bytes of `stream`, whatever its memory, and for hits of distinct times whatever their order;
/// - `none` gives a payload for each record, whatever its memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 6 else { return 0 }
  var settings = SessionSettings(namespace: UUID.urlNamespace)
  settings.source = "fuzz"
  settings.disorder = 0
  settings.gap = 600_000
  settings.max = bytes[0] & 1 == 0 ? nil : 1_800_000
  settings.cap = bytes[0] & 2 == 0 ? 5_000 : 3
  settings.partEvents = bytes[0] & 4 == 0 ? 100 : 2
  settings.midnight = bytes[0] & 8 == 0 ? nil : Zone(named: "Europe/Warsaw")
  let perBlock = Int(bytes[1] & 0x3F) + 1
  var hits: [Hit] = []
  var time: Int64 = 1_700_000_000_000
  for at in stride(from: 2, to: count - 3, by: 4) {
    time += Int64(bytes[at]) * Int64(bytes[at]) * 20
    hits.append(
      Hit(
        time: time, visitor: [UInt8](repeating: bytes[at + 1] & 7, count: Int(bytes[at + 1] >> 3)),
        split: bytes[at + 2] & 3 == 0 ? [bytes[at + 2] >> 2 & 1] : nil, padding: Int(bytes[at + 3]) * 16))
  }

  let stream = Passage(hits, settings, perBlock)
  require(stream.counts.late == 0 && stream.counts.eventsEmitted == hits.count, "stream lost an event")
  settings.mode = .exact
  let exact = Passage(hits, settings, perBlock)
  require(exact.output == stream.output, "exact is not stream")
  settings.memory = 1
  require(Passage(hits, settings, perBlock).output == stream.output, "exact depends on its memory")
  if Set(hits.map(\.time)).count == hits.count {
    require(Passage(hits.reversed(), settings, perBlock).output == stream.output, "exact depends on the order")
  }
  settings.mode = .none
  let plain = Passage(hits, settings, perBlock)
  require(plain.counts.payloads == hits.count && plain.counts.eventsEmitted == hits.count, "none lost a record")
  settings.memory = 256 << 20
  require(Passage(hits, settings, perBlock).output == plain.output, "none depends on its memory")
  return 0
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}
