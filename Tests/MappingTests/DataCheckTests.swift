import Mapping
import Pipeline
import Testing

/// `checks`: data rules that reject a record with the mapping's own code and message.
@Suite struct DataCheckTests {
  @Test func theFirstThatHoldsRejectsAfterDrops() throws {
    let mapping =
      MappingRun.head + """
        drop: [ { reason: gone, when: { status: 410 } } ]
        checks:
          - { code: NEGATIVE, if: '=status < 0', message: a status below zero }
          - { code: NO_AGENT, unless: '=agent.orValue("") != ""', message: nobody asked }
          - { code: HALF, if: '=100 / status > 50', message: too little }
        events: [ { type: t } ]
        """
    let outcome = try MappingRun.map(
      mapping,
      [
        "time=1 ip=1 status=410", "time=1 ip=1 status=-1", "time=1 ip=1 status=5", "time=1 ip=1 status=1 agent=Fx",
        "time=1 ip=1 status=0 agent=Fx", "time=1 ip=1 status=5 agent=Fx",
      ])
    #expect(outcome.dropped == ["gone": 1])
    #expect(outcome.bodies.count == 1)
    #expect(outcome.rejects.count == 4)
    for (have, want) in zip(outcome.rejects, ["NEGATIVE", "NO_AGENT", "HALF", "R201"]) { #expect(have.hasPrefix(want)) }
    #expect(outcome.rejects[0].contains("a status below zero"))
  }

  @Test(arguments: [
    ("{ code: A1, if: '=status > 1', message: m }", "M007", 14),
    ("{ code: low, if: '=status > 1', message: m }", "M007", 14),
    ("{ code: LOW, if: '=status > 1' }", "M005", 6),
    ("{ code: LOW, message: m }", "M005", 6),
    ("{ if: '=status > 1', message: m }", "M005", 6),
    ("{ code: LOW, if: '=status', message: m }", "M104", 25),
    ("{ code: LOW, if: '=statuss > 1', message: m }", "M101", 25),
    ("{ code: LOW, if: '=bytes > 1', message: m }", "M105", 25),
    ("{ code: LOW, if: '=status > 1', message: '=ip' }", "M006", 47),
    ("{ code: LOW, iff: '=status > 1', message: m }", "M004", 19),
  ])
  func findings(_ check: String, _ code: String, _ column: Int) {
    do throws(Diagnostics) {
      _ = try MappingRun.load(MappingRun.head + "checks:\n   - \(check)\nevents: [ { type: t } ]\n")
      Issue.record("accepted")
    } catch {
      #expect(error.all.first { $0.code == code }?.span?.column == column, "\(error.all)")
    }
  }

  @Test func codesStandOnce() {
    let twice =
      "checks: [ { code: LOW, if: '=status > 1', message: m }, { code: LOW, if: '=status > 2', message: m } ]\n"
    do throws(Diagnostics) {
      _ = try MappingRun.load(MappingRun.head + twice + "events: [ { type: t } ]\n")
      Issue.record("accepted")
    } catch {
      #expect(error.all.map(\.code) == ["M112"])
    }
  }
}
