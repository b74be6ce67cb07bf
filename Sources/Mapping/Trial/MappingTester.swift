public import Pipeline

/// Runs the tests that stand in a mapping file, through the program that every run executes.
public struct MappingTester {
  private let plan: MappingPlan
  private let consumer: ConsumerFactory

  /// - Parameter consumer: makes the sessions' stage.
  public init(_ plan: MappingPlan, consumer: @escaping ConsumerFactory) {
    self.plan = plan
    self.consumer = consumer
  }

  /// Throws a `Diagnostic` if the text cannot be read at all.
  public func run(_ test: MappingTest) throws -> TestResult {
    let before = plan.branches?.hits ?? []
    let run = try TrialRun(plan, test.given.text, consumer: consumer)
    let after = plan.branches?.hits ?? []
    var comparison = TestComparison()
    for item in test.expectation?.items ?? [] {
      comparison.compare(item, TestComparison.actual(item, run, drops: plan.drops))
    }
    return TestResult(
      test: test, differences: comparison.differences, rejects: run.rejects.map { plan.diagnostic($0, in: test) },
      events: run.counts.events, matched: run.counts.sum.matched, dropped: run.counts.sum.dropped,
      branches: zip(after, before).map { $0 - $1 })
  }

  /// What came of the records of any text, without comparing.
  public func outcome(of text: String) throws -> TestOutcome {
    let run = try TrialRun(plan, text, consumer: consumer)
    return TestOutcome(
      sessions: run.sessions.count, payloads: run.payloads.count, events: run.events.count, rejects: run.rejects,
      counts: run.counts)
  }

  /// The mapping's text with the expectations of its failing tests replaced by what happens now; nil if all hold.
  ///
  /// All other bytes stay as they are. Throws a `Diagnostic` if a text cannot be read.
  public func updated(_ bytes: [UInt8]) throws -> [UInt8]? {
    var edits = ExpectationEdits(bytes)
    for (index, test) in plan.tests.enumerated() {
      let run = try TrialRun(plan, test.given.text, consumer: consumer)
      edits.update(test, index, run, drops: plan.drops)
    }
    return edits.applied()
  }
}

/// How one test went.
public struct TestResult: Sendable {
  public let test: MappingTest
  /// Empty if it passed.
  public let differences: [TestDifference]
  /// Records that became no events because something was wrong with them, as findings in the mapping file.
  public let rejects: [Diagnostic]
  public let events: Int
  /// Events by rule, records by drop reason, values by branch of a `case`; in the mapping's order.
  let matched: [Int]
  let dropped: [Int]
  let branches: [Int]

  /// Whether the test says what must come of its text.
  public var hasExpectation: Bool { test.expectation != nil }

  /// A test that expects nothing does not pass.
  public var isPassed: Bool { differences.isEmpty && test.expectation != nil }
}

/// One place at which something else came than was expected.
public struct TestDifference: Sendable, Equatable {
  /// `$.events[1].properties.query`.
  public let path: String
  /// Where the expectation stands.
  public let span: SourceSpan
  /// One line each, in the form of the mapping.
  public let expected: String
  public let actual: String
}

/// What came of a text.
public struct TestOutcome: Sendable {
  public let sessions: Int
  public let payloads: Int
  public let events: Int
  public let rejects: [LocatedReject]
  public let counts: RunCounts
}

extension MappingPlan {
  /// A reject of a test's text as a finding in the mapping file, where the text stands.
  func diagnostic(_ located: LocatedReject, in test: MappingTest) -> Diagnostic {
    let reject = located.reject
    var span = test.given.span
    if test.given.style == .literal, located.line > 0 {
      span = SourceSpan(
        line: test.given.span.line + located.line, column: test.givenIndent + max(1, reject.column),
        length: reject.column > 0 ? 1 : max(1, located.raw.count))
    }
    return Diagnostic(reject.code, reject.message, remedy: reject.hint, file: program.file, span: span)
  }
}
