import Pipeline

/// Ids of names as long as a log's lines, and pseudonyms of visitors: one by one, and as a run makes them.
enum Ids {
  static func measure(_ harness: inout Harness) {
    let namespace = UUID.urlNamespace
    let hasher = NameHasher(namespace: namespace)
    let names = (0..<1000).map { number in (0..<(200 + number % 150)).map { UInt8(truncatingIfNeeded: number &* $0) } }
    let bytes = names.reduce(0) { $0 + $1.count }
    func begin(_ name: [UInt8]) {
      hasher.begin()
      name.withUnsafeBufferPointer { hasher.update($0) }
    }
    harness.measure("ids: alone", operations: names.count, bytes: bytes) {
      names.reduce(into: UInt64(0)) { sum, name in
        begin(name)
        sum &+= hasher.endAlone().low
      }
    }
    harness.measure("ids: together", operations: names.count, bytes: bytes) {
      var sum: UInt64 = 0
      for name in names {
        begin(name)
        hasher.end()
        if hasher.isFull { hasher.takeIDs { _, id in sum &+= id.low } }
      }
      hasher.takeIDs { _, id in sum &+= id.low }
      return sum
    }
    let pseudonymizer = Pseudonymizer(salt: Array("micro".utf8))
    let visitors = names.map { Array($0.prefix(120)) }
    harness.measure("pseudonyms: alone", operations: visitors.count) {
      visitors.reduce(into: UInt64(0)) { sum, visitor in
        sum &+= visitor.withUnsafeBufferPointer { pseudonymizer.pseudonym(of: $0).low }
      }
    }
    harness.measure("pseudonyms: together", operations: visitors.count) {
      var sum: UInt64 = 0
      for visitor in visitors {
        visitor.withUnsafeBufferPointer { pseudonymizer.add($0) }
        if pseudonymizer.isFull { pseudonymizer.takePseudonyms { _, id in sum &+= id.low } }
      }
      pseudonymizer.takePseudonyms { _, id in sum &+= id.low }
      return sum
    }
  }
}
