internal import Pipeline

/// The state of `stream` before its sessions: the inputs' clocks, what is held until it is believed, and what waits for
/// its order.
extension StreamSessions {
  /// Bytes of one part.
  private static let part = 256 << 10

  var commitsMidway: Bool { true }

  func closeIdle(since time: Int64) throws { try sessionizer.closeIdle(since: time) }

  func save(to store: any StateStore) throws {
    let image = ByteBuffer()
    try store.removeAll("waiting", below: Int64.max)
    var number: Int64 = 0
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
      try store.put("clock", input.id, image.bytes)
      input.saved = input.held.isEmpty ? (input.clock, input.sequence) : nil
    }
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
        try store.put("waiting", number, image.bytes)
        number += 1
        image.removeAll()
      }
      if image.count > 0 {
        try store.put("waiting", number, image.bytes)
        number += 1
      }
    }
    try sessionizer.save(to: store)
  }

  func restore(from store: any StateStore) throws {
    var inputs: [Int64: InputClock] = [:]
    for input in merge.inputs { inputs[input.id] = input }
    var count = 0
    try store.forEach("clock") { id, bytes in
      var cursor = StateCursor(bytes)
      let clock = try cursor.word()
      let sequence = UInt64(bitPattern: try cursor.word())
      let held = try cursor.word(in: 0...Int64(InputClock.heldLimit + 1))
      guard let input = inputs[id] else {
        // Of an input that is gone, and of which nothing waits.
        guard held == 0 else { throw StateCursor.damage("events are held of an input that is not known") }
        return
      }
      input.clock = clock
      input.sequence = sequence
      guard held > 0 else {
        input.saved = (clock, sequence)
        return
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
      count += Int(held)
    }
    try store.forEach("waiting") { _, bytes in
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
      count += entries.count
    }
    for input in merge.inputs { merge.note(input) }
    sessionizer.counts.eventsResumed = count
    try sessionizer.restore(from: store)
  }
}
