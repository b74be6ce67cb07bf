internal import Pipeline

/// Sessions that closed at one time, until time has passed it: payloads leave in the order of (closing time, session
/// start, session id, part). A bounded group that grows beyond all measure, because cuts pile up in one instant, leaves
/// in several.
struct ClosingGroup {
  struct Member {
    var start: Int64
    var id: UUID
    var session: SessionRef

    static func < (a: Member, b: Member) -> Bool { a.start != b.start ? a.start < b.start : a.id < b.id }
  }

  private(set) var time = Int64.min
  private(set) var members: [Member] = []
  private var bytes = 0
  private let isBounded: Bool

  init(isBounded: Bool) { self.isBounded = isBounded }

  var isFull: Bool { isBounded && (members.count >= 16_384 || bytes >= 32 << 20) }

  mutating func add(_ member: Member, at time: Int64) {
    self.time = time
    bytes += member.session.pointee.body.count
    members.append(member)
  }

  /// Puts the members in order.
  mutating func sort() {
    guard members.count > 1 else { return }
    if members.count > 12 {
      members.sort(by: <)
      return
    }
    for index in 1..<members.count {
      let member = members[index]
      var at = index
      while at > 0, member < members[at - 1] {
        members[at] = members[at - 1]
        at -= 1
      }
      members[at] = member
    }
  }

  mutating func removeAll() {
    // Mostly one; what removes any number of them takes longer.
    if members.count == 1 { members.removeLast() } else { members.removeAll(keepingCapacity: true) }
    bytes = 0
  }
}
