public import Pipeline

/// A mapper that also notes what becomes of the records that leave no event and no reject (`MappedBlock.fates`): those that
/// no rule wanted, and if somebody asks, those that were dropped.
final class FateMapper: EventMapper {
  private let mapper: Mapper
  /// The counts of the drop entries as they were last seen.
  private var seen: [Int]
  private let notesDropped: Bool

  init(_ program: MappingProgram, notesDropped: Bool) {
    self.notesDropped = notesDropped
    mapper = Mapper(program)
    seen = Array(repeating: 0, count: program.drops.count)
  }

  func map(_ batch: RecordBatch, into result: MappedBlock) {
    let fates = result.fates ?? RecordFates()
    result.fates = fates
    mapper.open(result)
    if notesDropped { mapAll(batch, into: result, fates) } else { mapUnmatched(batch, into: result, fates) }
    mapper.close(result)
  }

  private func mapUnmatched(_ batch: RecordBatch, into result: MappedBlock, _ fates: RecordFates) {
    var unmatched = result.counts.unmatched
    for index in 0..<batch.count {
      mapper.begin(batch, index)
      mapper.map(batch.records[index], into: result)
      if result.counts.unmatched != unmatched {
        unmatched = result.counts.unmatched
        fates.unmatched.append(UInt32(truncatingIfNeeded: batch.records[index].number))
      }
    }
  }

  private func mapAll(_ batch: RecordBatch, into result: MappedBlock, _ fates: RecordFates) {
    for index in 0..<batch.count {
      let events = result.count
      let rejects = result.rejects.count
      let unmatched = result.counts.unmatched
      mapper.begin(batch, index)
      mapper.map(batch.records[index], into: result)
      if result.count != events || result.rejects.count != rejects { continue }
      let number = UInt32(truncatingIfNeeded: batch.records[index].number)
      if result.counts.unmatched != unmatched {
        fates.unmatched.append(number)
      } else {
        fates.dropped.append((number, entry()))
      }
    }
    for index in seen.indices { seen[index] = 0 }
  }

  /// The drop entry whose count has changed.
  private func entry() -> UInt32 {
    for index in seen.indices where mapper.dropped[index] != seen[index] {
      seen[index] = mapper.dropped[index]
      return UInt32(truncatingIfNeeded: index)
    }
    return RecordFates.noVisitor
  }
}

extension MappingPlan {
  /// A mapper for one worker that fills `MappedBlock.fates`.
  ///
  /// - Parameter notesDropped: whether dropped records are noted, too.
  public func makeFateMapper(notesDropped: Bool = true) -> any EventMapper {
    FateMapper(program, notesDropped: notesDropped)
  }

  /// The drop reason of each drop entry, in the order that `RecordFates` counts in.
  public var dropEntries: [String] { program.drops.map { drops[$0.reason] } }
}
