import Delivery
import Glibc
import Pipeline
import Readers
import Writers

/// Rejected records through a mended mapping: they are written beside each other as lines and converted as an input. An
/// event's id comes of its record's bytes, so it is the one that it would have had.
struct RecordReplay {
  private let typed: Replay
  private let mapping: String
  private let console: Console
  private let signals: SignalWatch

  init(_ typed: Replay, mapping: String, console: Console, signals: SignalWatch) {
    self.typed = typed
    self.mapping = mapping
    self.console = console
    self.signals = signals
  }

  func run(_ isWanted: (DeadLetterEntry) -> Bool) throws -> ExitStatus {
    let plan = try ConvertPlan(
      replaying: typed.letters, mapping: mapping, output: typed.output ?? OutputFiles.standardOutput,
      rejects: typed.rejects, results: typed.results)
    try plan.check(expanded: plan.inputPaths().compactMap(\.path))
    var extracts: [Extract] = []
    for queue in try PayloadInputs.open(typed.letters, isRemembered: false) {
      let extract = try Extract(of: queue.source)
      extracts.append(extract)
      try extract.take(queue, isWanted)
    }
    let passedOver = extracts.reduce(into: [:]) { $0.merge($1.passedOver, uniquingKeysWith: +) }
    if !typed.results.quiet { say(passedOver) }
    let damage = extracts.compactMap(\.damage)
    console.report(damage)
    let filled = extracts.filter { $0.taken > 0 }
    guard !filled.isEmpty else {
      let names = typed.letters.map { $0 == InputPath.standardInput.name ? InputPath.standardInput.title : $0 }
      console.say("no records in \(names.joined(separator: ", "))")
      return .badInput
    }
    let inputs = filled.map { InputPath(name: $0.source, path: $0.path) }
    let status = withExtendedLifetime(filled) {
      Conversion(plan: plan, extracts: inputs, console: console, signals: signals).run()
    }
    return damage.isEmpty || status != .done && status != .someRejected ? status : .badInput
  }

  private func say(_ passedOver: [String: Int]) {
    for (reason, count) in passedOver.sorted(by: { $0.key < $1.key }) {
      console.say("passed over \(DisplayNumber.plural(count, "line")) \(reason)")
    }
  }
}

/// The records of one file of rejects in a temporary file, each on the line on which its reject stands, so that
/// messages can name that. The file has no name, only a descriptor: however the program ends, no record is left.
private final class Extract {
  /// Opens the file anew, for as long as this lives.
  var path: String { "/proc/self/fd/\(descriptor)" }
  let source: String
  private(set) var taken = 0
  private(set) var passedOver: [String: Int] = [:]
  private(set) var damage: Diagnostic?
  private let descriptor: Int32
  private let writer: NDJSONStreamWriter
  private var lines = 0

  /// - Parameter source: the file, as messages name it.
  init(of source: String) throws {
    descriptor = try TemporaryFile.open(for: "the records of \(source)")
    self.source = source
    writer = NDJSONStreamWriter(descriptor: descriptor, name: "the temporary file of \(source)")
  }

  deinit { close(descriptor) }

  func take(_ queue: any PayloadQueue, _ isWanted: (DeadLetterEntry) -> Bool) throws {
    try queue.seek(to: 0)
    let line = ByteBuffer()
    while true {
      line.removeAll()
      switch try queue.next(into: line) {
      case .payload(_, _, let number):
        guard let entry = DeadLetterEntry(line.bytes) else { throw DeadLetterQueue.noDeadLetter(source, number) }
        let reason = isWanted(entry) ? Extract.reasonToPassOver(entry) : DeadLetterQueue.unwanted
        if let reason { passedOver[reason, default: 0] += 1 } else { try write(entry.raw ?? [], line: number) }
      case .tooLong: passedOver["too long", default: 0] += 1
      case .notYet: usleep(10_000)
      case .ended:
        damage = queue.damage
        return try writer.finish()
      }
    }
  }

  private static func reasonToPassOver(_ entry: DeadLetterEntry) -> String? {
    guard let raw = entry.raw, ["record", "mapping", "session"].contains(entry.kind) else {
      return "of class \(entry.kind), without a record"
    }
    return raw.contains(UInt8(ascii: "\n")) ? "of more than one line" : nil
  }

  private func write(_ record: [UInt8], line: Int) throws {
    while lines < line - 1 {
      try writer.write(UnsafeBufferPointer(start: nil, count: 0))
      lines += 1
    }
    try record.withUnsafeBufferPointer { try writer.write($0) }
    lines += 1
    taken += 1
  }
}
