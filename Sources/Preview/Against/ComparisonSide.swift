public import Pipeline

/// One of the two mappings of a comparison.
public struct ComparisonSide {
  public var subject: PreviewSubject
  /// Makes a mapper that notes fates.
  public var makeMapper: @Sendable () -> any EventMapper
  let verdicts: SessionVerdicts

  /// - Parameter verdicts: those of its sessions.
  public init(
    _ subject: PreviewSubject, verdicts: SessionVerdicts, makeMapper: @escaping @Sendable () -> any EventMapper
  ) {
    self.subject = subject
    self.verdicts = verdicts
    self.makeMapper = makeMapper
  }
}

/// Mapped blocks of the old mapping, used again once its sessions have let go of them.
public final class BlockReserve {
  private var spare: [MappedBlock] = []

  public init() {}

  /// Takes back what `take` gave.
  public func give(_ mapped: MappedBlock) { spare.append(mapped) }

  func take() -> MappedBlock {
    let mapped = spare.popLast() ?? MappedBlock()
    mapped.reset()
    return mapped
  }
}

/// An event as a comparison sees it. The bytes live as long as the block, or as whoever keeps them.
struct SideEvent {
  /// Of its record in the input's decompressed bytes.
  var position: Int
  /// In the rank order of its own side's feed.
  var input: Int
  /// Before its record in the input.
  var record: Int
  var line: Int
  var rule: Int
  var id: UUID
  var body: UnsafeBufferPointer<UInt8>
  var visitor: UnsafeBufferPointer<UInt8>
  var context: UnsafeBufferPointer<UInt8>
  var request: UnsafeBufferPointer<UInt8>
  /// How its record begins.
  var raw: UnsafeBufferPointer<UInt8>
  private static let rawBytes = 400
}

extension SideEvent {
  init(_ event: Event, _ mapped: MappedBlock, _ block: Block, _ place: BlockPlaces.Place) {
    position = block.position(of: Int(event.recordOffset))
    input = block.input
    record = place.records + Int(event.number)
    line = place.lines + Int(event.line) + 1
    rule = Int(event.rule)
    id = event.id
    body = mapped.bytes(event.body)
    visitor = mapped.bytes(event.visitor)
    context = mapped.bytes(event.context)
    request = mapped.bytes(event.request)
    let offset = min(Int(event.recordOffset), block.count)
    let length = min(Int(event.recordLength), block.count - offset, SideEvent.rawBytes)
    raw = UnsafeBufferPointer(start: block.start + offset, count: length)
  }
}
