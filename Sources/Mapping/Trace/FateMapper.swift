public import Pipeline

/// A mapper that also notes what becomes of the records that leave no event and no reject (`MappedBlock.fates`). It costs
/// a few comparisons a record.
final class FateMapper: EventMapper {
  private let mapper: Mapper
  /// The counts of the drop entries as they were last seen.
  private var seen: [Int]

  init(_ program: MappingProgram) {
    mapper = Mapper(program)
    seen = Array(repeating: 0, count: program.drops.count)
  }

  func map(_ batch: RecordBatch, into result: MappedBlock) {
    let fates = result.fates ?? RecordFates()
    result.fates = fates
    mapper.open(result)
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
    mapper.close(result)
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
  public func makeFateMapper() -> any EventMapper { FateMapper(program) }

  /// The drop reason of each drop entry, in the order that `RecordFates` counts in.
  public var dropEntries: [String] { program.drops.map { drops[$0.reason] } }
}
