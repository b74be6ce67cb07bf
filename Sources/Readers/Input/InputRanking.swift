internal import Pipeline

/// Puts the inputs of a run in their order: by the time of the first record, then by how they begin. An input that
/// earlier runs know keeps the place that it had.
enum InputRanking {
  struct Ranked {
    /// Nil for an input at rest.
    var path: InputPath?
    var description: InputDescription
    var identity: KnownInput
    /// Positions in its text are not those in its bytes.
    var isUTF16 = false
    /// Tells inputs apart that begin with the same line.
    var hash: UInt64
  }

  static func ranked(_ heads: [InputHead], _ options: InputFeed.Options) -> [Ranked] {
    var all = heads.map { ranked($0, options) }
    for known in options.resting {
      var description = InputDescription(name: known.name, firstTime: known.firstTime, size: Int(known.file.size))
      description.id = known.id
      description.isAtRest = true
      description.bytesBefore = known.offset
      description.linesBefore = known.lines
      description.recordsBefore = known.records
      all.append(Ranked(path: nil, description: description, identity: known, hash: 0))
    }
    all.sort { one, other in
      let times = (one.identity.firstTime ?? .min, other.identity.firstTime ?? .min)
      if times.0 != times.1 { return times.0 < times.1 }
      if one.identity.rank != other.identity.rank { return one.identity.rank < other.identity.rank }
      if one.hash != other.hash { return one.hash < other.hash }
      return one.identity.name.utf8.lexicographicallyPrecedes(other.identity.name.utf8)
    }
    guard var next = options.nextID else { return all }
    for index in all.indices where all[index].identity.id == 0 {
      all[index].identity.id = next
      all[index].description.id = next
      next += 1
    }
    return all
  }

  private static func ranked(_ head: InputHead, _ options: InputFeed.Options) -> Ranked {
    let name = head.input.name
    let none = KnownInput.File(device: 0, number: 0, size: 0, modified: 0)
    var identity =
      options.known[name]
      ?? KnownInput(
        name: name, file: none, headCount: 0, headHash: "", firstTime: head.firstTime, rank: head.rank)
    identity.name = name
    identity.file = options.files[name] ?? identity.file
    identity.headCount = head.identity.count
    identity.headHash = head.identity.hash
    // A first time that could not yet be told.
    if identity.firstTime == nil { identity.firstTime = head.firstTime }
    var description = InputDescription(name: name, firstTime: identity.firstTime, size: head.size)
    description.id = identity.id == 0 ? nil : identity.id
    description.bytesBefore = identity.offset
    description.linesBefore = identity.lines
    description.recordsBefore = identity.records
    return Ranked(
      path: head.input, description: description, identity: identity, isUTF16: head.isUTF16, hash: head.hash)
  }
}
