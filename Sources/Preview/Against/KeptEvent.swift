/// An event that waits: for the other mapping to come to its record, or for its session to decide.
struct KeptEvent {
  private let event: SideEvent
  private let body: [UInt8]
  private let visitor: [UInt8]
  private let context: [UInt8]
  private let request: [UInt8]
  private let raw: [UInt8]

  init(_ event: SideEvent) {
    self.event = event
    body = Array(event.body)
    visitor = Array(event.visitor)
    context = Array(event.context)
    request = Array(event.request)
    raw = Array(event.raw)
  }

  var position: Int { event.position }

  /// Calls `use` with the events while their bytes stay where they are.
  static func withEvents(_ kept: ArraySlice<KeptEvent>, _ use: ([SideEvent]) throws -> Void) rethrows {
    // One allocation for all: what is kept may be much.
    var bytes: [UInt8] = []
    for one in kept { for part in one.parts { bytes += part } }
    try bytes.withUnsafeBufferPointer { bytes in
      var at = 0
      func next(_ part: [UInt8]) -> UnsafeBufferPointer<UInt8> {
        defer { at += part.count }
        return UnsafeBufferPointer(rebasing: bytes[at..<at + part.count])
      }
      try use(
        kept.map { one in
          var event = one.event
          event.body = next(one.body)
          event.visitor = next(one.visitor)
          event.context = next(one.context)
          event.request = next(one.request)
          event.raw = next(one.raw)
          return event
        })
    }
  }

  private var parts: [[UInt8]] { [body, visitor, context, request, raw] }
}

/// The events that both mappings make of a record that some session holds.
struct KeptRecord {
  var input: Int
  /// Before it in the input.
  var record: Int
  var olds: [KeptEvent]
  var news: [KeptEvent]
  var oldFate: String
  var newFate: String
}
