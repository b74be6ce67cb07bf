/// The payloads of one profile: one at a time, in the order of the queue.
final class Lane {
  let key: UInt64
  private var waiting: [Parcel] = []
  private var head = 0

  init(key: UInt64) { self.key = key }

  var isEmpty: Bool { head == waiting.count }
  func append(_ parcel: Parcel) { waiting.append(parcel) }
  var first: Parcel? { head < waiting.count ? waiting[head] : nil }

  func removeFirst() {
    head += 1
    if head == waiting.count || head > 64 {
      waiting.removeFirst(head)
      head = 0
    }
  }
}
