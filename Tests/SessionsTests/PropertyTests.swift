import CSQLite
import Pipeline
import Sessions
import TestSupport
import Testing

@Suite struct PropertyTests {
  static let start = at("2024-05-01T10:00:00Z")

  /// Hits of distinct ascending times.
  static func stream(_ random: inout Seeded, count: Int = 600, visitors: Int = 12) -> [Hit] {
    var time = start
    return (0..<count).map { index in
      time += Int64.random(in: 1...1000, using: &random)
      switch Int.random(in: 0..<40, using: &random) {
      case 0: time += Int64.random(in: 0...(40 * minute), using: &random)
      case 1: time += 30 * minute
      case 2...12: time += Int64.random(in: 0...(6 * minute), using: &random)
      default: break
      }
      let visitor = "visitor \(Int.random(in: 0..<visitors, using: &random))"
      return Hit(
        time, visitor, context: index % 3 == 0 ? "{\"n\":\(index)}" : nil,
        split: Int.random(in: 0..<30, using: &random) == 0 ? "s\(index % 2)" : nil,
        padding: Int.random(in: 0..<900, using: &random), rule: UInt16(index % 5))
    }
  }

  /// The same hits, each moved back by at most the disorder.
  static func shuffled(_ hits: [Hit], _ disorder: Int64, _ random: inout Seeded) -> [Hit] {
    let keys = hits.map { $0.time + Int64.random(in: 0...disorder, using: &random) }
    return hits.indices.sorted { keys[$0] < keys[$1] }.map { hits[$0] }
  }

  static let all = settings {
    $0.max = 3 * hour
    $0.cap = 40
    $0.partEvents = 7
  }

  @Test(arguments: 0..<12)
  func permutingWithinTheDisorderChangesNothing(_ seed: Int) throws {
    var random = Seeded(seed)
    let hits = Self.stream(&random)
    let expected = try Run(hits, Self.all)
    let run = try Run(Self.shuffled(hits, Self.all.disorder, &random), Self.all)
    #expect(run.bytes == expected.bytes)
    #expect(run.counts.late == 0)
    #expect(run.rejects.isEmpty)
  }

  /// Whatever the disorder: late ones included.
  @Test(arguments: 0..<12, [SessionSettings.Late.attach, .new, .reject])
  func cuttingIntoBlocksChangesNothing(_ seed: Int, _ late: SessionSettings.Late) throws {
    var random = Seeded(seed)
    var hits = Self.shuffled(Self.stream(&random), 3 * hour, &random)
    hits.insert(Hit(Self.start + 1000 * hour), at: 300)
    let settings = settings {
      $0.cap = 40
      $0.late = late
      $0.to = seed % 3 == 0 ? Self.start + 8 * hour : nil
    }
    let expected = try Run(hits, settings)
    #expect(expected.counts.late > 0)
    #expect(expected.rejects.contains { $0.code == "S101" })
    for most in [1, 7, 60] {
      let sizes = (0..<hits.count).map { _ in Int.random(in: 1...most, using: &random) }
      let run = try Run(hits, settings, blockSize: { sizes[$0] })
      #expect(run.bytes == expected.bytes)
      #expect(run.counts == expected.counts)
      #expect(run.recycled == run.blocks)
      #expect(
        Set(run.sessions.flatMap { $0 }).count + run.counts.lateRejected + run.counts.outliers
          == hits.count || settings.to != nil)
    }
  }

  @Test(arguments: 0..<12)
  func splittingIntoInputsChangesNothing(_ seed: Int) throws {
    var random = Seeded(seed)
    let hits = Self.stream(&random)
    let expected = try Run(hits, Self.all)
    // One after the other, as a rotated log.
    let cut = Int.random(in: 1..<hits.count, using: &random)
    var rotated = hits
    for index in cut..<hits.count { rotated[index].input = 1 }
    #expect(try Run(rotated, Self.all, inputs: 2, blockSize: { _ in 50 }).bytes == expected.bytes)
    // Side by side, as from several servers, read in turns.
    var servers = hits
    for index in servers.indices { servers[index].input = Int.random(in: 0..<5, using: &random) }
    let run = try Run(servers, Self.all, inputs: 5, blockSize: { _ in 50 })
    #expect(run.bytes == expected.bytes)
    // One whole after the other.
    let byInput = (0..<5).flatMap { input in servers.filter { $0.input == input } }
    #expect(try Run(byInput, Self.all, inputs: 5).bytes == expected.bytes)
    // Without knowing their first times.
    #expect(
      try Run(servers, Self.all, inputs: 5, firstTimes: [Int64?](repeating: nil, count: 5)).bytes == expected.bytes)
  }

  @Test(arguments: 0..<6, [1, 20_000, 60_000])
  func littleMemoryChangesNothing(_ seed: Int, _ memory: Int) throws {
    var random = Seeded(seed)
    let hits = Self.shuffled(Self.stream(&random, count: 900, visitors: 60), hour, &random)
    let expected = try Run(hits, Self.all)
    let run = try Run(
      hits,
      settings {
        $0.max = 3 * hour
        $0.cap = 40
        $0.partEvents = 7
        $0.memory = memory
      })
    #expect(run.bytes == expected.bytes)
    #expect(run.counts.spilledBytes > 0)
    #expect(expected.counts.spilledBytes == 0)
  }

  /// Sessions by a window query.
  @Test(arguments: 0..<12)
  func oracle(_ seed: Int) throws {
    var random = Seeded(seed)
    let hits = Self.stream(&random, count: 1500).map { Hit($0.time, $0.visitor) }
    let settings = settings { $0.max = nil }
    let run = try Run(Self.shuffled(hits, settings.disorder, &random), settings, blockSize: { _ in 97 })
    let expected = try Oracle().sessions(hits, gap: settings.gap)
    #expect(run.sessions.sorted { $0[0] < $1[0] } == expected.sorted { $0[0] < $1[0] })
  }
}

/// Sessions as SQL sees them: a hit opens one where the visitor's hit before it is longer ago than the gap.
final class Oracle {
  private var database: OpaquePointer?

  struct Failure: Error { var message: String }

  init() throws { try check(sqlite3_open(":memory:", &database)) }
  deinit { sqlite3_close(database) }

  func sessions(_ hits: [Hit], gap: Int64) throws -> [[Int64]] {
    try run("CREATE TABLE hit (visitor TEXT, time INTEGER)") { _ in }
    for hit in hits { try run("INSERT INTO hit VALUES ('\(hit.visitor)', \(hit.time))") { _ in } }
    var sessions: [[Int64]] = []
    var current = ""
    try run(
      """
      SELECT visitor || ' ' || sum(opens) OVER (PARTITION BY visitor ORDER BY time), time FROM (
        SELECT visitor, time,
          coalesce(time - lag(time) OVER (PARTITION BY visitor ORDER BY time) > \(gap), 1) AS opens
        FROM hit)
      ORDER BY visitor, time
      """
    ) { row in
      let key = sqlite3_column_text(row, 0).map { String(cString: $0) } ?? ""
      if key != current { sessions.append([]) }
      current = key
      sessions[sessions.count - 1].append(sqlite3_column_int64(row, 1))
    }
    return sessions
  }

  private func run(_ sql: String, _ row: (OpaquePointer?) -> Void) throws {
    var statement: OpaquePointer?
    try check(sqlite3_prepare_v2(database, sql, -1, &statement, nil))
    defer { sqlite3_finalize(statement) }
    var code = sqlite3_step(statement)
    while code == SQLITE_ROW {
      row(statement)
      code = sqlite3_step(statement)
    }
    if code != SQLITE_DONE { try check(code) }
  }

  private func check(_ code: Int32) throws {
    guard code == SQLITE_OK else { throw Failure(message: String(cString: sqlite3_errmsg(database))) }
  }
}
