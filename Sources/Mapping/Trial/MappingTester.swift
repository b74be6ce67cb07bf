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

  /// A text that cannot be read at all is a result, too: it must not keep other tests from running.
  public func run(_ test: MappingTest) throws -> TestResult {
    let before = plan.branches?.hits ?? []
    let run: TrialRun
    do {
      run = try TrialRun(plan, test.given.text, consumer: consumer)
    } catch let diagnostic as Diagnostic {
      return TestResult(unreadable: test, plan.diagnostic(diagnostic, in: test))
    }
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
  /// All other bytes stay as they are, and so do the expectations of a text that cannot be read.
  public func updated(_ bytes: [UInt8]) throws -> [UInt8]? {
    var edits = ExpectationEdits(bytes)
    for (index, test) in plan.tests.enumerated() {
      do {
        let run = try TrialRun(plan, test.given.text, consumer: consumer)
        edits.update(test, index, run, drops: plan.drops)
      } catch is Diagnostic {}
    }
    return edits.applied()
  }
}

/// How one test went.
public struct TestResult: Sendable {
  public let test: MappingTest
  /// Empty if it passed.
  public let differences: [TestDifference]
  /// Records that became no events because something was wrong with them, as findings in the mapping file; or why the text
  /// could not be read.
  public let rejects: [Diagnostic]
  /// Whether the text could be read; if not, nothing was compared.
  public let isReadable: Bool
  public let events: Int
  /// Events by rule, records by drop reason, values by branch of a `case`; in the mapping's order.
  let matched: [Int]
  let dropped: [Int]
  let branches: [Int]

  init(
    test: MappingTest, differences: [TestDifference], rejects: [Diagnostic], events: Int, matched: [Int],
    dropped: [Int], branches: [Int]
  ) {
    self.test = test
    self.differences = differences
    self.rejects = rejects
    isReadable = true
    self.events = events
    self.matched = matched
    self.dropped = dropped
    self.branches = branches
  }

  init(unreadable test: MappingTest, _ reason: Diagnostic) {
    self.test = test
    differences = []
    rejects = [reason]
    isReadable = false
    events = 0
    (matched, dropped, branches) = ([], [], [])
  }

  /// Whether the test says what must come of its text.
  public var hasExpectation: Bool { test.expectation != nil }

  /// A test that expects nothing does not pass.
  public var isPassed: Bool { isReadable && differences.isEmpty && test.expectation != nil }
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
  /// Why a test's text cannot be read, as a finding in the mapping file.
  func diagnostic(_ reason: Diagnostic, in test: MappingTest) -> Diagnostic {
    var finding = reason
    finding.file = program.file
    finding.span = test.given.span
    return finding
  }

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
