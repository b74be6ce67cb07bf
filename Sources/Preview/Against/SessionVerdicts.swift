public import Pipeline

/// What the sessions of one side of a comparison did not take, or have not yet decided on.
public final class SessionVerdicts {
  /// An event by where it stands.
  private struct Key: Hashable {
    var input: Int
    var record: Int
    var rule: Int
  }

  private var refused: Set<Key> = []
  /// By rule, for counts.
  private(set) var refusedByRule: [Int: Int] = [:]
  /// The records of an input that the sessions still hold, by how many came before.
  public var held: (_ input: Int) -> [Int] = { _ in [] }

  public init() {}

  /// Told of each event that is rejected, and how many of the input's records came before its own.
  public func refuse(input: Int, record: Int, _ event: Event) {
    refused.insert(Key(input: input, record: record, rule: Int(event.rule)))
    refusedByRule[Int(event.rule), default: 0] += 1
  }

  /// Without those that were refused, which are forgotten: each event is asked about once.
  func taken(_ events: ArraySlice<SideEvent>) -> ArraySlice<SideEvent> {
    guard !refused.isEmpty else { return events }
    return events.filter {
      refused.remove(Key(input: $0.input, record: $0.record, rule: $0.rule)) == nil
    }[...]
  }
}
