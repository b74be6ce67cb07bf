internal import Pipeline

/// A visitor with all of the visits that he has in the run.
struct SampleVisitor: Sendable {
  struct Visit: Sendable {
    var id: String
    /// Milliseconds and type of each event, in order.
    var events: [(time: Int64, type: String)]
  }

  var profile: String
  var visits: [Visit]
  var events: Int { visits.reduce(0) { $0 + $1.events.count } }
}

/// A few visitors with everything that they did: those whose profiles hash to the smallest numbers. Who is among them at
/// the end was among them from the start, so that nothing of theirs is missed, and chance has no part in it.
struct VisitorSample {
  private static let size = 48
  private static let longest = 400
  private var hashes: [UInt64] = []
  private var members: [UInt64: SampleVisitor] = [:]

  mutating func look(_ payload: UnsafeBufferPointer<UInt8>, profile: UnsafeBufferPointer<UInt8>) {
    guard !profile.isEmpty else { return }
    let hash = ByteHash.hash(profile, seed: 7)
    if hashes.count == VisitorSample.size, let largest = hashes.last, hash > largest { return }
    if members[hash] == nil {
      members[hash] = SampleVisitor(profile: String(decoding: profile, as: UTF8.self), visits: [])
      hashes.insert(hash, at: hashes.firstIndex { $0 > hash } ?? hashes.count)
      if hashes.count > VisitorSample.size { members[hashes.removeLast()] = nil }
      guard members[hash] != nil else { return }
    }
    guard members[hash]?.events ?? 0 < VisitorSample.longest, let value = JSONValue(payload) else { return }
    let id = value["session"]?["id"]?.text ?? ""
    let events = (value["events"]?.elements ?? []).prefix(VisitorSample.longest).compactMap {
      event -> (Int64, String)? in
      guard var text = event["time"]?["insert"]?.text, text.utf8.count == TimestampWriter.length,
        let time = text.withUTF8({ $0.baseAddress.map(PayloadTally.time) })
      else { return nil }
      return (time, event["type"]?.text ?? "")
    }
    if let last = members[hash]?.visits.indices.last, members[hash]?.visits[last].id == id, !id.isEmpty {
      members[hash]?.visits[last].events += events
    } else {
      members[hash]?.visits.append(SampleVisitor.Visit(id: id, events: events))
    }
  }

  /// Those with most events first.
  var visitors: [SampleVisitor] {
    hashes.compactMap { members[$0] }.sorted {
      $0.events != $1.events ? $0.events > $1.events : $0.profile < $1.profile
    }
  }
}
