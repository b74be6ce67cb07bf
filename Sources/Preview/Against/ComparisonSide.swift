public import Pipeline

/// One of the two mappings of a comparison.
public struct ComparisonSide: Sendable {
  public var subject: PreviewSubject
  /// Makes a mapper that notes fates.
  public var makeMapper: @Sendable () -> any EventMapper

  public init(_ subject: PreviewSubject, makeMapper: @escaping @Sendable () -> any EventMapper) {
    self.subject = subject
    self.makeMapper = makeMapper
  }
}

/// Mapped blocks of the old mapping, used again once its sessions have let go of them.
public final class BlockReserve {
  private var spare: [MappedBlock] = []

  public init() {}

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
  /// Before its record in the block.
  var number: Int
  var line: Int
  var rule: Int
  var id: UUID
  var body: UnsafeBufferPointer<UInt8>
  var visitor: UnsafeBufferPointer<UInt8>
  var context: UnsafeBufferPointer<UInt8>
  var request: UnsafeBufferPointer<UInt8>

  init(_ event: Event, _ mapped: MappedBlock, _ block: Block, line: Int) {
    position = block.position(of: Int(event.recordOffset))
    number = Int(event.number)
    self.line = line
    rule = Int(event.rule)
    id = event.id
    body = mapped.bytes(event.body)
    visitor = mapped.bytes(event.visitor)
    context = mapped.bytes(event.context)
    request = mapped.bytes(event.request)
  }
}
