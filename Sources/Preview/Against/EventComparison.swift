internal import Pipeline

/// What differs between the events that two mappings make of the same records: counted by type and by property, with a
/// few samples of each.
struct EventComparison: Sendable {
  /// One case of a difference.
  struct Sample: Sendable {
    var input: String
    var line: Int
    var raw: [UInt8]
    /// JSON text, or words; nil where there is nothing.
    var old: String?
    var new: String?
  }

  struct Change: Sendable {
    var count = 0
    var samples: [Sample] = []
  }

  /// What happened to a property.
  enum Kind: String, Sendable { case added, removed, changed }

  struct PropertyKey: Hashable, Sendable {
    var type: String
    /// Dotted; `[]` stands for any element of a list.
    var path: String
    var kind: Kind
  }

  private(set) var added: [String: Change] = [:]
  private(set) var removed: [String: Change] = [:]
  private(set) var changed: [String: Int] = [:]
  /// Old type, then new type.
  private(set) var retyped: [[String]: Change] = [:]
  private(set) var properties: [PropertyKey: Change] = [:]
  private(set) var same = 0
  /// Events that are the same but for their id: importing both would double them.
  private(set) var renamed = Change()
  private(set) var visitors = Change()
  private(set) var contexts = Change()
  private(set) var requests = Change()
  private let oldTypes: [String]
  private let newTypes: [String]
  private static let keptSamples = 3
  private static let idEnd = Event.idOffset + 36

  init(old: PreviewSubject, new: PreviewSubject) {
    oldTypes = old.rules.map(\.type)
    newTypes = new.rules.map(\.type)
  }

  var isSame: Bool {
    added.isEmpty && removed.isEmpty && changed.isEmpty && retyped.isEmpty && renamed.count == 0 && visitors.count == 0
      && contexts.count == 0 && requests.count == 0
  }

  /// The events of one record: those of one type belong together in their order, then what is left in its order.
  ///
  /// - Parameters:
  ///   - both: is given events that belong together.
  /// - Returns: the others, of one side only.
  private func pair(
    _ olds: ArraySlice<SideEvent>, _ news: ArraySlice<SideEvent>, both: (SideEvent, SideEvent) -> Void
  ) -> (olds: ArraySlice<SideEvent>, news: ArraySlice<SideEvent>) {
    if olds.count == 1, news.count == 1, let old = olds.first, let new = news.first {
      both(old, new)
      return ([], [])
    }
    var rest = Array(news)
    var lonely: [SideEvent] = []
    for old in olds {
      if let index = rest.firstIndex(where: { newTypes[$0.rule] == oldTypes[old.rule] }) {
        both(old, rest.remove(at: index))
      } else {
        lonely.append(old)
      }
    }
    for (old, new) in zip(lonely, rest) { both(old, new) }
    return (lonely.dropFirst(rest.count), rest.dropFirst(lonely.count))
  }

  /// Tells the ids of those events of one record that belong together.
  func match(
    _ olds: ArraySlice<SideEvent>, _ news: ArraySlice<SideEvent>, _ matched: (UUID, UUID) -> Void
  ) {
    _ = pair(olds, news) { matched($0.id, $1.id) }
  }

  /// - Parameters:
  ///   - sample: a sample of the record, without old and new.
  ///   - oldFate: what the old mapping did with a record that has no event there.
  ///   - newFate: what the new one did.
  mutating func compare(
    _ olds: ArraySlice<SideEvent>, _ news: ArraySlice<SideEvent>, sample: () -> Sample, oldFate: () -> String,
    newFate: () -> String
  ) {
    if olds.count == 1, news.count == 1, let old = olds.first, let new = news.first {
      return compare(old, new, sample)
    }
    var pairs: [(SideEvent, SideEvent)] = []
    let lonely = pair(olds, news) { pairs.append(($0, $1)) }
    for (old, new) in pairs { compare(old, new, sample) }
    for old in lonely.olds {
      EventComparison.note(
        &removed[oldTypes[old.rule], default: Change()], sample, EventComparison.text(old.body), newFate())
    }
    for new in lonely.news {
      EventComparison.note(
        &added[newTypes[new.rule], default: Change()], sample, oldFate(), EventComparison.text(new.body))
    }
  }

  private static func note(_ change: inout Change, _ sample: () -> Sample, _ old: String?, _ new: String?) {
    change.count += 1
    guard change.samples.count < keptSamples else { return }
    var one = sample()
    one.old = old
    one.new = new
    change.samples.append(one)
  }

  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func isEqual(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>, from: Int = 0) -> Bool {
    guard a.count == b.count, a.count >= from else { return a.count == b.count }
    return a[from...].elementsEqual(b[from...])
  }

  private mutating func compare(_ old: SideEvent, _ new: SideEvent, _ sample: () -> Sample) {
    let type = newTypes[new.rule]
    if !EventComparison.isEqual(old.visitor, new.visitor) {
      EventComparison.note(&visitors, sample, EventComparison.text(old.visitor), EventComparison.text(new.visitor))
    }
    if !EventComparison.isEqual(old.context, new.context) {
      EventComparison.note(&contexts, sample, EventComparison.text(old.context), EventComparison.text(new.context))
    }
    if !EventComparison.isEqual(old.request, new.request) {
      EventComparison.note(&requests, sample, EventComparison.text(old.request), EventComparison.text(new.request))
    }
    if oldTypes[old.rule] != type {
      EventComparison.note(
        &retyped[[oldTypes[old.rule], type], default: Change()], sample, EventComparison.text(old.body),
        EventComparison.text(new.body))
      return
    }
    if EventComparison.isEqual(old.body, new.body, from: EventComparison.idEnd) {
      if old.id == new.id {
        same += 1
      } else {
        EventComparison.note(&renamed, sample, old.id.text, new.id.text)
      }
      return
    }
    changed[type, default: 0] += 1
    guard let one = JSONValue(old.body), let other = JSONValue(new.body) else { return }
    var differences: [String: (old: String?, new: String?)] = [:]
    EventComparison.differ(one, other, "", &differences)
    for (path, difference) in differences.sorted(by: { $0.key < $1.key }) where path != "id" {
      let kind: Kind = difference.old == nil ? .added : difference.new == nil ? .removed : .changed
      let key = PropertyKey(type: type, path: path, kind: kind)
      guard properties[key] != nil || properties.count < 2_000 else { continue }
      EventComparison.note(&properties[key, default: Change()], sample, difference.old, difference.new)
    }
  }

  /// By path the values that differ; a whole object that is on one side only is one difference for each of its leaves.
  private static func differ(
    _ old: JSONValue?, _ new: JSONValue?, _ path: String, _ differences: inout [String: (old: String?, new: String?)]
  ) {
    if old == new { return }
    func members(_ value: JSONValue?) -> [JSONValue.Member]? {
      guard let value else { return [] }
      if case .object(let members) = value { return members }
      return nil
    }
    func elements(_ value: JSONValue?) -> [JSONValue]? {
      guard let value else { return [] }
      if case .list(let elements) = value { return elements }
      return nil
    }
    if let olds = members(old), let news = members(new) {
      for member in olds {
        differ(member.value, news.first { $0.key == member.key }?.value, join(path, member.key), &differences)
      }
      for member in news where !olds.contains(where: { $0.key == member.key }) {
        differ(nil, member.value, join(path, member.key), &differences)
      }
    } else if let olds = elements(old), let news = elements(new) {
      for index in 0..<max(olds.count, news.count) {
        differ(
          index < olds.count ? olds[index] : nil, index < news.count ? news[index] : nil, path + "[]", &differences)
      }
    } else if differences[path] == nil {
      differences[path] = (old?.json, new?.json)
    }
  }

  private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : path + "." + key }
}
