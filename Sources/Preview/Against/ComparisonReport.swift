internal import Pipeline

/// How two mappings differ on the same records.
public struct ComparisonReport: Sendable {
  struct TypeLine: Sendable {
    var type: String
    var old: Int
    var new: Int
    var added: Int
    var removed: Int
    var changed: Int
  }

  let old: SideTally
  let new: SideTally
  let events: EventComparison
  /// Old sessions whose events lie in several new ones.
  let split: Int
  /// New sessions that hold events of several old ones.
  let merged: Int
  let splitSamples: [SessionPairs.Sample]
  let mergedSamples: [SessionPairs.Sample]
  let isOneReading: Bool

  /// Whether anything differs that would reach the receiver.
  public var isChanged: Bool {
    !events.isSame || split > 0 || merged > 0 || old.sessions != new.sessions || old.payloads != new.payloads
  }

  /// Every type of either mapping, in the new one's order.
  var types: [TypeLine] {
    var names: [String] = []
    for type in (new.subject.rules + old.subject.rules).map(\.type) where !names.contains(type) { names.append(type) }
    return names.map { type in
      TypeLine(
        type: type, old: old.events(type), new: new.events(type), added: events.added[type]?.count ?? 0,
        removed: events.removed[type]?.count ?? 0, changed: events.changed[type] ?? 0)
    }
  }

  /// Reasons and codes of either mapping.
  var reasons: [(name: String, old: Int, new: Int)] {
    var names: [String] = []
    for reason in new.subject.drops + old.subject.drops where !names.contains(reason) { names.append(reason) }
    return names.map { ($0, old.dropped($0), new.dropped($0)) }
  }

  var codes: [(code: String, old: Int, new: Int)] {
    Set(old.rejects.keys).union(new.rejects.keys).sorted().map { ($0, old.rejects[$0] ?? 0, new.rejects[$0] ?? 0) }
  }

  var properties: [(key: EventComparison.PropertyKey, change: EventComparison.Change)] {
    events.properties.sorted {
      $0.value.count != $1.value.count
        ? $0.value.count > $1.value.count
        : ($0.key.type, $0.key.path, $0.key.kind.rawValue) < ($1.key.type, $1.key.path, $1.key.kind.rawValue)
    }.map { ($0.key, $0.value) }
  }

  var retyped: [(old: String, new: String, change: EventComparison.Change)] {
    events.retyped.sorted {
      $0.value.count != $1.value.count ? $0.value.count > $1.value.count : $0.key.lexicographicallyPrecedes($1.key)
    }
    .map { ($0.key[0], $0.key[1], $0.value) }
  }
}
