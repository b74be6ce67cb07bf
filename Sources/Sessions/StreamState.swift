internal import Pipeline

/// The state of `stream` before its sessions: the inputs' clocks, what is held until it is believed, and what waits for
/// its order.
extension StreamSessions {
  /// Bytes of one part.
  private static let part = 256 << 10

  var commitsMidway: Bool { true }

  func closeIdle(since time: Int64) throws { try sessionizer.closeIdle(since: time) }

  func save(to store: any StateStore) throws {
    try saveClocks(to: store)
    try saveWaiting(to: store)
    try sessionizer.save(to: store)
  }

  /// Those that have moved since the last commit.
  private func saveClocks(to store: any StateStore) throws {
    let image = ByteBuffer()
    for input in merge.inputs where !input.isSaved {
      image.removeAll()
      image.append(word: input.clock)
      image.append(word: Int64(bitPattern: input.sequence))
      image.append(word: Int64(input.held.count))
      for held in input.held {
        for word in [held.time, Int64(held.confirmations), Int64(held.line), Int64(held.number), Int64(held.offset)] {
          image.append(word: word)
        }
        held.raw.withUnsafeBufferPointer { image.append(sized: $0) }
        let slot = blocks.slots[Int(held.block)]
        EventImage.write(slot.events + Int(held.index), slot.text, to: image)
      }
      try store.put(StatePart.clock, input.id, image.bytes)
      input.saved = input.held.isEmpty ? (input.clock, input.sequence) : nil
    }
  }

  private func saveWaiting(to store: any StateStore) throws {
    try store.removeAll(StatePart.waiting, below: Int64.max)
    let image = ByteBuffer()
    var number: Int64 = 0
    for input in merge.inputs where !input.waiting.isEmpty {
      image.removeAll()
      try input.waiting.visit { entry in
        if image.count == 0 { image.append(word: input.id) }
        image.append(word: entry.effective)
        image.append(word: Int64(bitPattern: entry.sequence))
        image.append(word: entry.isLate ? 1 : 0)
        let slot = blocks.slots[Int(entry.block)]
        EventImage.write(slot.events + entry.index, slot.text, to: image)
        guard image.count >= StreamSessions.part else { return }
        try store.put(StatePart.waiting, number, image.bytes)
        number += 1
        image.removeAll()
      }
      if image.count > 0 {
        try store.put(StatePart.waiting, number, image.bytes)
        number += 1
      }
    }
  }

  func restore(from store: any StateStore) throws {
    var inputs: [Int64: InputClock] = [:]
    for input in merge.inputs { inputs[input.id] = input }
    var events = 0
    try store.forEach(StatePart.clock) { id, bytes in events += try restoreClock(of: inputs[id], bytes) }
    try store.forEach(StatePart.waiting) { _, bytes in events += try restoreWaiting(bytes, inputs) }
    for input in merge.inputs { merge.note(input) }
    sessionizer.counts.eventsResumed = events
    try sessionizer.restore(from: store)
  }

  /// - Parameter input: nil for one that is gone.
  /// - Returns: how many events it holds.
  private func restoreClock(of input: InputClock?, _ bytes: UnsafeBufferPointer<UInt8>) throws -> Int {
    var cursor = StateCursor(bytes)
    let clock = try cursor.word()
    let sequence = UInt64(bitPattern: try cursor.word())
    let held = Int(try cursor.word(in: 0...Int64(InputClock.heldLimit + 1)))
    guard let input else {
      // Nothing waits of it.
      guard held == 0 else { throw StateCursor.damage("events are held of an input that is not known") }
      return 0
    }
    input.clock = clock
    input.sequence = sequence
    guard held > 0 else {
      input.saved = (clock, sequence)
      return 0
    }
    let block = MappedBlock()
    for index in 0..<held {
      let time = try cursor.word(in: CalendarTime.range)
      let confirmations = Int(try cursor.word(in: 0...Int64(Int32.max)))
      let line = Int(try cursor.word())
      let number = Int(try cursor.word())
      let offset = Int(try cursor.word())
      let raw = try cursor.array()
      try EventImage.read(&cursor, into: block)
      input.held.append(
        InputClock.Held(
          time: time, block: 0, index: UInt32(index), confirmations: confirmations, line: line, number: number,
          offset: offset, raw: raw))
    }
    let slot = blocks.enter(block)
    for index in input.held.indices { input.held[index].block = slot }
    blocks.leave(slot)
    return held
  }

  /// - Returns: how many events wait in this part.
  private func restoreWaiting(_ bytes: UnsafeBufferPointer<UInt8>, _ inputs: [Int64: InputClock]) throws -> Int {
    var cursor = StateCursor(bytes)
    guard let input = inputs[try cursor.word()] else {
      throw StateCursor.damage("events wait of an input that is not known")
    }
    let block = MappedBlock()
    var entries: [(effective: Int64, sequence: UInt64, isLate: Bool)] = []
    while !cursor.isAtEnd {
      entries.append((try cursor.word(), UInt64(bitPattern: try cursor.word()), try cursor.flag()))
      try EventImage.read(&cursor, into: block)
    }
    let slot = blocks.enter(block)
    for (index, entry) in entries.enumerated() {
      let position = UInt32(index) | (entry.isLate ? Waiting.lateBit : 0)
      input.waiting.add(
        Waiting(effective: entry.effective, sequence: entry.sequence, block: slot, position: position))
    }
    blocks.leave(slot)
    return entries.count
  }
}
