import Foundation
import Mapping
import Pipeline
import Readers
import Sessions
import Testing

/// The mappings that ship carry tests: each is run through the real reader, mapper and sessions.
@Suite struct ShippedMappingTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Mappings")

  static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  static func load(_ file: String, purpose: MappingPurpose = .run) throws -> MappingPlan {
    let bytes = try Array(Data(contentsOf: folder.appending(path: file)))
    return try MappingPlan.load(
      bytes, file: file,
      readers: { (node, file) throws(Diagnostics) -> any Reader in
        try ReaderCatalogue.make(settings: node, file: file)
      }, environment: [:], purpose: purpose)
  }

  @Test(arguments: files)
  func nothingIsSaidAboutThem(_ file: String) throws {
    #expect(try Self.load(file, purpose: .check).warnings == [])
  }

  @Test func thereAreMappings() { #expect(Self.files.count >= 3) }

  @Test(arguments: files)
  func everyRuleAndTestHolds(_ file: String) throws {
    let plan = try Self.load(file)
    #expect(plan.warnings.isEmpty)
    #expect(!plan.tests.isEmpty, "a mapping without tests")
    for test in plan.tests {
      let run = try SmallRun(plan, test.given)
      try MappingExpectation(test.expect, name: "\(file): \(test.name)").check(run)
    }
  }

  @Test(arguments: files)
  func sampleBecomesPayloads(_ file: String) throws {
    let plan = try Self.load(file)
    let stem = file == "everything.yaml" ? "combined." : file.replacing(".yaml", with: ".")
    let samples = Self.folder.deletingLastPathComponent().appending(path: "samples")
    let names = try FileManager.default.contentsOfDirectory(atPath: samples.path())
    let name = try #require(names.first { $0.hasPrefix(stem) }, "a mapping without a sample")
    let sample = samples.appending(path: name)
    let run = try SmallRun(plan, String(decoding: Data(contentsOf: sample), as: UTF8.self))
    #expect(run.payloads.count > 5)
    let counts = run.counts.sum
    #expect(run.rejects.count == 1, "the sample has one line that was cut short")
    let dropped = counts.dropped.reduce(0, +)
    let fates = [run.rejects.count, counts.mapped, counts.unmatched, dropped]
    #expect(counts.records == fates.reduce(0, +))
    #expect(run.events.count == counts.mapped)
  }
}

/// A mapping run over text in memory.
struct SmallRun {
  var payloads: [[String: Any]] = []
  var rejects: [LocatedReject] = []
  var counts: RunCounts
  var dropped: [String: Int] = [:]

  var events: [[String: Any]] { payloads.flatMap { $0["events"] as? [[String: Any]] ?? [] } }

  init(_ plan: MappingPlan, _ text: String) throws {
    let feed = TextFeed(plan.reader.makeSource(MemorySource(Array(text.utf8)), limits: ReadLimits()))
    let writer = Collector()
    let pool = MappedBlockPool()
    let stage = SessionStage(settings: plan.sessions, inputs: feed.inputs, writer: writer, recycle: pool.recycle)
    let rejects = RejectCollector()
    let loop = RunLoop(
      feed: feed, columns: plan.columns.count, consumer: stage, pool: pool, rejects: rejects,
      settings: RunLoop.Settings(),
      makeParser: { plan.reader.makeParser(fields: plan.columns) }, makeMapper: { plan.makeMapper() })
    _ = try loop.run()
    counts = loop.counts
    for payload in writer.payloads {
      payloads.append(try #require(JSONSerialization.jsonObject(with: payload) as? [String: Any]))
    }
    self.rejects = rejects.all
    for (index, reason) in plan.drops.enumerated() where index < counts.sum.dropped.count {
      dropped[reason] = counts.sum.dropped[index]
    }
  }

  private final class TextFeed: BlockFeed {
    let inputs = [InputDescription(name: "given", firstTime: nil, size: nil)]
    private let source: any BlockSource

    init(_ source: any BlockSource) { self.source = source }

    func next(into block: Block) throws -> Bool { try source.next(into: block) }
  }

  private final class Collector: PayloadWriter {
    var payloads: [Data] = []
    func write(_ payload: UnsafeBufferPointer<UInt8>) throws { payloads.append(Data(payload)) }
    func finish() throws {}
    func abandon() {}
  }

  private final class RejectCollector: RejectWriter {
    var all: [LocatedReject] = []
    func write(_ reject: LocatedReject) throws { all.append(reject) }
  }
}

/// What a test of a mapping file expects, compared with what came.
struct MappingExpectation {
  let node: ConfigNode?
  let name: String

  init(_ node: ConfigNode?, name: String) {
    self.node = node
    self.name = name
  }

  func check(_ run: SmallRun) throws {
    let node = try #require(node, "\(name) expects nothing")
    for entry in node.entries ?? [] {
      switch entry.key {
      case "sessions":
        let sessions = Set(run.payloads.compactMap { ($0["session"] as? [String: Any])?["id"] as? String })
        #expect(sessions.count == Int(entry.value.text ?? ""), "\(name)")
      case "events":
        let wanted = entry.value.list ?? []
        let sorted = run.events.sorted { time($0) < time($1) }
        #expect(sorted.count == wanted.count, "\(name)")
        for (want, have) in zip(wanted, sorted) { compare(want, have, "\(name)") }
      case "dropped":
        for reason in entry.value.entries ?? [] {
          #expect(run.dropped[reason.key] == Int(reason.value.text ?? ""), "\(name): \(reason.key)")
        }
      case "rejected": #expect(run.rejects.count == Int(entry.value.text ?? ""), "\(name)")
      default: Issue.record("\(name): unknown expectation '\(entry.key)'")
      }
    }
  }

  private func time(_ event: [String: Any]) -> String { (event["time"] as? [String: String])?["insert"] ?? "" }

  /// Everything named must be there; what is not named may be.
  private func compare(_ want: ConfigNode, _ have: Any?, _ path: String) {
    switch want {
    case .scalar(let scalar):
      if let number = have as? NSNumber, !(have is String) {
        #expect(number.doubleValue == Double(scalar.text), "\(path)")
      } else {
        #expect(have as? String == scalar.text, "\(path)")
      }
    case .list(let nodes, _):
      let list = have as? [Any] ?? []
      #expect(list.count == nodes.count, "\(path)")
      for (index, node) in nodes.enumerated() where index < list.count {
        compare(node, list[index], "\(path)[\(index)]")
      }
    case .map(let entries, _):
      let map = have as? [String: Any]
      for entry in entries { compare(entry.value, map?[entry.key], "\(path).\(entry.key)") }
    }
  }
}
