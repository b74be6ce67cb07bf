/// Where a consumer puts mapped blocks that nothing refers to any more, so that the run loop uses them again. Touched
/// by the serial stage only.
public final class MappedBlockPool {
  private var returned: [MappedBlock] = []

  public init() {}

  /// Gives a block back. Its content stays as it is until the consumer's current call has returned.
  public func recycle(_ mapped: MappedBlock) { returned.append(mapped) }

  func drain(into spare: inout [MappedBlock]) {
    spare += returned
    returned.removeAll(keepingCapacity: true)
  }
}
