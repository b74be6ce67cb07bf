public import Pipeline
internal import Synchronization

/// What is counted of a preview's events beside the run: by time, by what nothing matched, and which fields ever had a
/// value.
struct EventTally: Sendable {
  var series: TimeSeries
  var unmatched = TextCounts()
  /// Columns in which no record had a value yet.
  var empty: [Int]
  /// Events with a text that was cut, by rule.
  var cut: [Int]

  init(rules: Int, columns: Int) {
    series = TimeSeries(rules: rules)
    empty = Array(0..<columns)
    cut = Array(repeating: 0, count: rules)
  }

  mutating func merge(_ other: EventTally) {
    series.merge(other.series)
    unmatched.merge(other.unmatched)
    empty = empty.filter { other.empty.contains($0) }
    for index in cut.indices { cut[index] += other.cut[index] }
  }
}

/// The tallies of a run's workers.
public final class TallyBoard: Sendable {
  private let mappers = Mutex<[TallyingMapper]>([])
  private let rules: Int
  private let columns: Int
  private let subject: Int?

  public init(_ subject: PreviewSubject) {
    rules = subject.rules.count
    columns = subject.columns.count
    self.subject = subject.subjectColumn
  }

  /// A mapper that also counts. From any thread.
  public func watch(_ mapper: any EventMapper) -> any EventMapper {
    let watched = TallyingMapper(mapper, EventTally(rules: rules, columns: columns), subject: subject)
    mappers.withLock { $0.append(watched) }
    return watched
  }

  /// The sum; when no worker is at work.
  var sum: EventTally {
    var sum: EventTally?
    for mapper in mappers.withLock({ $0 }) {
      guard mapper.hasWorked else { continue }
      if sum == nil { sum = mapper.tally } else { sum?.merge(mapper.tally) }
    }
    return sum ?? EventTally(rules: rules, columns: columns)
  }
}

/// Counts what another mapper makes. A few instructions an event; records are looked at only if something is not known of
/// them yet.
final class TallyingMapper: EventMapper, @unchecked Sendable {
  private let mapper: any EventMapper
  @exclusivity(unchecked) fileprivate var tally: EventTally
  fileprivate private(set) var hasWorked = false
  private let subject: Int?

  init(_ mapper: any EventMapper, _ tally: EventTally, subject: Int?) {
    self.mapper = mapper
    self.tally = tally
    self.subject = subject
  }

  func map(_ batch: RecordBatch, into result: MappedBlock) {
    hasWorked = true
    let first = result.count
    let unmatched = result.fates?.unmatched.count ?? 0
    mapper.map(batch, into: result)
    for index in first..<result.count {
      tally.series.add(result.events[index].time, rule: Int(result.events[index].rule))
      if Int(result.events[index].body.length) > ByteBuffer.longestText { lookForCut(result.events[index], result) }
    }
    if let subject, let fates = result.fates, fates.unmatched.count > unmatched {
      var row = 0
      for number in fates.unmatched[unmatched...] {
        while row < batch.count, batch.records[row].number < Int(number) { row += 1 }
        guard row < batch.count else { break }
        tally.unmatched.add(batch.fields[row * batch.stride + subject].bytes)
      }
    }
    if !tally.empty.isEmpty {
      tally.empty.removeAll { column in
        (0..<batch.count).contains { !batch.fields[$0 * batch.stride + column].isMissing }
      }
    }
  }

  /// A text of the greatest length that is written was cut there, or might as well have been.
  private func lookForCut(_ event: Event, _ result: MappedBlock) {
    let body = result.bytes(event.body)
    var length = 0
    var isInside = false
    var at = 0
    while at < body.count {
      let byte = body[at]
      if byte == UInt8(ascii: "\"") {
        if isInside, length >= ByteBuffer.longestText - 3 {
          tally.cut[Int(event.rule)] += 1
          return
        }
        isInside.toggle()
        length = 0
      } else if byte == UInt8(ascii: "\\") {
        // An escape is one byte of text, but `\u00xx` is six of JSON.
        at += at + 1 < body.count && body[at + 1] == UInt8(ascii: "u") ? 5 : 1
        length += 1
      } else {
        length += 1
      }
      at += 1
    }
  }
}
