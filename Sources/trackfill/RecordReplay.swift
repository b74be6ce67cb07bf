import ArgumentParser
import Delivery
import Glibc
import Mapping
import Pipeline
import Readers
import Writers

/// Rejected records through a mended mapping: they are written beside each other as lines and converted as an input. An
/// event's id comes of its record's bytes, so it is the one that it would have had.
struct RecordReplay {
  private let typed: Replay
  private let console: Console
  private let signals: SignalWatch

  init(_ typed: Replay, console: Console, signals: SignalWatch) {
    self.typed = typed
    self.console = console
    self.signals = signals
  }

  func run(_ isWanted: (DeadLetterEntry) -> Bool) -> ExitStatus {
    do {
      return try convert(isWanted)
    } catch let diagnostic as Diagnostic {
      console.report([diagnostic])
      return ExitStatus(diagnostic)
    } catch let diagnostics as Diagnostics {
      console.report(diagnostics.all)
      return diagnostics.all.first.map { ExitStatus($0) } ?? .internalError
    } catch {
      console.say("internal error: \(error)")
      return .internalError
    }
  }

  private func convert(_ isWanted: (DeadLetterEntry) -> Bool) throws -> ExitStatus {
    guard let mapping = typed.mapping else { return .usage }
    try checkReader(mapping)
    let folder = environmentValue("TMPDIR") ?? "/tmp"
    var template = Array((folder + "/trackfill-replay-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw Diagnostic(
        "O204", "cannot create a temporary file in \(folder): \(String(cString: strerror(errno)).lowercased())",
        remedy: "set TMPDIR to a folder with space")
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      close(descriptor)
      unlink(path)
    }
    let (taken, passedOver) = try collect(isWanted, to: NDJSONStreamWriter(descriptor: descriptor, name: path))
    if !typed.results.quiet { say(passedOver) }
    guard taken > 0 else {
      console.say("no records in \(typed.letters.joined(separator: ", "))")
      return .badInput
    }
    var arguments = [path, "-m", mapping, "-o", typed.output, "--max-rejects", "100%"]
    if let rejects = typed.rejects { arguments += ["--rejects", rejects] }
    if let summary = typed.results.summary { arguments += ["--summary", summary] }
    if typed.results.quiet { arguments.append("-q") }
    let convert = try Convert.parse(arguments)
    let plan = try ConvertPlan(convert.options, output: convert.output, rejects: convert.rejects)
    return Conversion(plan: plan, console: console, signals: signals).run()
  }

  /// A line of a log or of JSON lines is a record wherever it stands; a row lacks its header, a piece of XML its
  /// document.
  private func checkReader(_ mapping: String) throws {
    let bytes = try ConfigFile.read(mapping)
    var reader: String?
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      guard let match = line.firstMatch(of: /(?:^|[ {,])reader:[ ]*['"]?([a-z]+)/), !line.hasPrefix("#") else {
        continue
      }
      reader = String(match.1)
      break
    }
    guard let reader, ["csv", "xml"].contains(reader) else { return }
    throw Diagnostic(
      "D403", "records of the reader \(reader) cannot be mapped alone",
      remedy: "convert the input again with the mended mapping: ids stay, so events are replaced and none doubled",
      file: mapping)
  }

  private func collect(
    _ isWanted: (DeadLetterEntry) -> Bool, to writer: NDJSONStreamWriter
  ) throws -> (taken: Int, passedOver: [String: Int]) {
    var taken = 0
    var passedOver: [String: Int] = [:]
    let line = ByteBuffer()
    for queue in try PayloadInputs.open(typed.letters, isRemembered: false) {
      try queue.seek(to: 0)
      reading: while true {
        line.removeAll()
        let number: Int
        switch try queue.next(into: line) {
        case .payload(_, _, let line): number = line
        case .tooLong: continue
        case .notYet:
          usleep(10_000)
          continue
        case .ended: break reading
        }
        guard let entry = DeadLetterEntry(line.bytes) else { throw DeadLetterQueue.noDeadLetter(queue.source, number) }
        guard isWanted(entry) else {
          passedOver["not asked for", default: 0] += 1
          continue
        }
        guard let raw = entry.raw, ["record", "mapping", "session"].contains(entry.kind) else {
          passedOver["of class \(entry.kind), without a record", default: 0] += 1
          continue
        }
        guard !raw.contains(UInt8(ascii: "\n")) else {
          passedOver["of more than one line", default: 0] += 1
          continue
        }
        try raw.withUnsafeBufferPointer { try writer.write($0) }
        taken += 1
      }
    }
    try writer.finish()
    return (taken, passedOver)
  }

  private func say(_ passedOver: [String: Int]) {
    for (reason, count) in passedOver.sorted(by: { $0.key < $1.key }) {
      console.say("passed over \(OptionText.plural(count, "line")) \(reason)")
    }
  }
}
