import Glibc

/// Times closures and prints a table. What is timed is the thread's CPU time, so that other programs disturb less.
struct Harness {
  let rounds: Int
  /// Only what has this in its name.
  let filter: String
  /// Everything that was computed flows in here, so that nothing is optimised away.
  private(set) var sink: UInt64 = 0

  init(rounds: Int, filter: String) {
    self.rounds = rounds
    self.filter = filter
    print(Harness.row("benchmark", "ns/op", "spread", "MB/s", ""))
  }

  /// - Parameters:
  ///   - operations: how often a call of `body` does what is measured.
  ///   - bytes: how many input bytes a call takes; 0 leaves the column empty.
  ///   - body: returns something that depends on all of its work.
  mutating func measure(_ name: String, operations: Int, bytes: Int = 0, _ body: () -> UInt64) {
    guard filter.isEmpty || name.contains(filter) else { return }
    // Warm-up: at least two calls and 50 ms, then as many calls a round as last 20 ms.
    let begin = Harness.now()
    var calls = 0
    while calls < 2 || Harness.now() - begin < 50_000_000 {
      sink = sink &* 31 &+ body()
      calls += 1
    }
    let repeats = max(1, calls * 2 / 5)
    var samples: [Double] = []
    for _ in 0..<rounds {
      let start = Harness.now()
      for _ in 0..<repeats { sink = sink &* 31 &+ body() }
      samples.append(Double(Harness.now() - start) / Double(repeats))
    }
    samples.sort()
    let median = samples[samples.count / 2]
    // Half of the samples lie within.
    let spread = (samples[samples.count * 3 / 4] - samples[samples.count / 4]) / median
    print(
      Harness.row(
        name, Harness.decimal(median / Double(operations)), "\(Int((spread * 100).rounded())) %",
        bytes == 0 ? "" : String(Int(Double(bytes) / median * 1000)), "×\(operations * repeats * rounds)"))
    fflush(nil)
  }

  private static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  private static func decimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func row(_ name: String, _ cells: String...) -> String {
    let padded = zip(cells, [10, 8, 8, 14]).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }
    return name + String(repeating: " ", count: max(1, 44 - name.count)) + padded.joined()
  }
}
