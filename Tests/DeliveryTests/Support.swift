import Delivery
import Foundation
import Pipeline
import TestSupport
import Testing

let second: UInt64 = 1_000_000_000

extension Workspace {
  /// The dead letters of a file, as objects.
  func letters(_ name: String = "dead.ndjson") throws -> [[String: Any]] {
    try lines(name).map { try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
  }
}

/// Payloads as `convert` writes them, in small.
enum Payloads {
  /// Event ids are `e<payload>-<event>`, so that tests see where one comes from.
  static func payload(_ number: Int, profile: Int, events: Int, type: String = "page-view") -> String {
    let list = (0..<events).map { event in
      #"{"id":"e\#(number)-\#(event)","type":"\#(type)","time":{"insert":"2024-05-01T10:00:00.000Z"},"properties":{"n":\#(number)}}"#
    }
    return #"{"source":{"id":"web"},"session":{"id":"s\#(number)"},"profile":{"id":"p\#(profile)"},"#
      + #""request":{"headers":{"user-agent":"Mozilla/5.0"}},"events":[\#(list.joined(separator: ","))]}"#
  }

  static func ids(_ number: Int, events: Int) -> [String] { (0..<events).map { "e\(number)-\($0)" } }
}

/// Remembers in memory, and counts.
final class MemoryJournal: DeliveryJournal, @unchecked Sendable {
  var recorded: [String: DeliveryProgress] = [:]
  var records = 0
  var refusals: Int?

  func progress(of queue: String) throws -> DeliveryProgress? { recorded[queue] }

  func record(_ progress: DeliveryProgress, of queue: String, unconfirmed: Int?) throws {
    recorded[queue] = progress
    refusals = unconfirmed
    records += 1
  }

  func unconfirmed() throws -> Int? { refusals }

  func deadLetterLength() throws -> Int? { recorded.values.map(\.deadLetterLength).max() }
}

struct SimulatedCrash: Error {}

/// A receiver in virtual time: it answers by script, and checks on the way that the sender keeps its promises.
final class VirtualHost: Transport, DeliveryClock, @unchecked Sendable {
  enum Reaction {
    case take
    case status(Int, retryAfter: String? = nil, body: String = #"{"detail":"scripted"}"#)
    /// Nothing was taken, and no answer comes.
    case drop
    /// It was taken, and no answer comes.
    case lose
    case answer(Int, String)
    /// Its name is not known.
    case unknown
  }

  struct Request {
    var number: Int
    var at: UInt64
    var ids: [String]
    var request: DeliveryRequest
  }

  /// What it does with a request.
  var script: (Request) -> Reaction = { _ in .take }
  /// How long an answer takes.
  var latency: (Request) -> UInt64 = { _ in 5_000_000 }
  /// The process dies when so many requests have begun.
  var crashAfter = Int.max
  /// Events that are refused with this status wherever they come.
  var poison: [String: Int] = [:]
  /// Called before each wait.
  var onWait: (VirtualHost) -> Void = { _ in }

  private(set) var now: UInt64 = 1_000 * second
  var wallMilliseconds: Int64 { 1_714_557_600_000 + Int64(now / 1_000_000) }

  private(set) var requests: [(at: UInt64, ids: [String])] = []
  /// How often each event was taken.
  private(set) var taken: [String: Int] = [:]
  private(set) var faults: [String] = []
  private(set) var maximumInFlight = 0
  private var inFlight: [Int: (due: UInt64, lane: String, answer: (DeliveryAnswer.Outcome, String?, String))] = [:]
  private var lastOfLane: [String: (Int, Int)] = [:]
  private var isWoken = false

  /// 0 before any outage began.
  func rest(_ seconds: UInt64) { now += seconds * second }

  func begin(_ request: DeliveryRequest) {
    guard let payload = JSONValue(request.body) else { return faults.append("a request that is no payload") }
    let ids = payload["events"]?.elements.compactMap { $0["id"]?.text } ?? []
    let lane = (payload["profile"] ?? payload["session"])?["id"]?.text ?? "request \(request.id)"
    if inFlight.values.contains(where: { $0.lane == lane }) { faults.append("two of one profile in flight: \(ids)") }
    requests.append((now, ids))
    let seen = Request(
      number: requests.count, at: now, ids: ids, request: request)
    var reaction = script(seen)
    if case .take = reaction, let bad = ids.first(where: { poison[$0] != nil }), let status = poison[bad] {
      reaction = .status(status, body: #"{"detail":"bad event"}"#)
    }
    let answer: (DeliveryAnswer.Outcome, String?, String)
    switch reaction {
    case .take:
      take(ids, lane)
      answer = (.status(200), nil, #"{"task":"t","errors":[]}"#)
    case .answer(let status, let body):
      if status == 200 || status == 226 { take(ids, lane) }
      answer = (.status(status), nil, body)
    case .status(let status, let retryAfter, let body): answer = (.status(status), retryAfter, body)
    case .unknown: answer = (.misconfigured("no host has the name"), nil, "")
    case .drop: answer = (.failure("connection reset by peer"), nil, "")
    case .lose:
      if !ids.contains(where: { poison[$0] != nil }) { take(ids, lane) }
      answer = (.failure("timeout was reached"), nil, "")
    }
    inFlight[request.id] = (now + latency(seen), lane, answer)
    maximumInFlight = max(maximumInFlight, inFlight.count)
  }

  private func take(_ ids: [String], _ lane: String) {
    for id in ids {
      let isNew = taken[id] == nil
      taken[id, default: 0] += 1
      let numbers = id.dropFirst().split(separator: "-").compactMap { Int($0) }
      guard isNew, numbers.count == 2 else { continue }
      if let last = lastOfLane[lane], (numbers[0], numbers[1]) < last { faults.append("\(id) out of order") }
      lastOfLane[lane] = (numbers[0], numbers[1])
    }
  }

  func wait(until deadline: UInt64, _ take: (DeliveryAnswer) throws -> Void) throws {
    onWait(self)
    if requests.count >= crashAfter { throw SimulatedCrash() }
    if isWoken {
      isWoken = false
      return
    }
    guard let next = inFlight.values.map(\.due).min(), next <= deadline else {
      now = max(now + 1, deadline)
      return
    }
    now = max(now, next)
    for (id, entry) in inFlight.sorted(by: { ($0.value.due, $0.key) < ($1.value.due, $1.key) }) where entry.due <= now {
      inFlight[id] = nil
      var body = entry.answer.2
      try body.withUTF8 {
        try take(DeliveryAnswer(id: id, outcome: entry.answer.0, retryAfter: entry.answer.1, body: $0))
      }
    }
  }

  func wake() { isWoken = true }
  func abandon() { inFlight = [:] }
}

/// A delivery in virtual time.
struct VirtualRun {
  let space: Workspace
  let host: VirtualHost
  var journal: MemoryJournal? = MemoryJournal()
  var settings = DeliverySettings()
  var seed = 1
  var notices: [String] = []

  init() throws {
    space = try Workspace()
    host = VirtualHost()
  }

  func delivery() -> Delivery {
    Delivery(
      transport: host, clock: host, journal: journal, deadLetters: DeadLetterFile(path: space.path("dead.ndjson")),
      settings: settings, random: Seeded(seed))
  }

  func queue(_ payloads: [String]) throws -> PayloadFileQueue {
    let path = try space.write("payloads.ndjson", payloads.map { $0 + "\n" }.joined())
    return try PayloadFileQueue(path: path, name: "payloads")
  }

  @discardableResult
  func run(_ payloads: [String]) throws -> (outcome: DeliveryOutcome, counts: DeliveryCounts) {
    let delivery = delivery()
    let outcome = try delivery.run(try queue(payloads))
    return (outcome, delivery.counts)
  }
}

extension DeliveryOutcome {
  var stop: DeliveryStop? { if case .stopped(let stop, _) = ending { stop } else { nil } }
  var doubt: DeliveryStop? { if case .doubtful(let doubt, _) = ending { doubt } else { nil } }
  var isFinished: Bool { if case .finished = ending { true } else { false } }
}

/// It came to its end and its counts add up. A failed expectation of the usual kind would print all of an outcome.
func expectWhole(_ outcome: DeliveryOutcome, sourceLocation: SourceLocation = #_sourceLocation) {
  if !outcome.isFinished { Issue.record("it ended as \(outcome.ending)", sourceLocation: sourceLocation) }
  if !outcome.isBalanced { Issue.record("the counts do not add up", sourceLocation: sourceLocation) }
}
