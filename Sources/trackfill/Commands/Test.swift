import ArgumentParser
import Glibc
import Mapping
import Pipeline
import Writers

/// The tests that mappings carry.
struct Test: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the tests in mapping files, through the real reader, program and sessions.",
    discussion: """
      Results go to standard output, a summary to standard error. Exit status: 0 all pass, 1 some fail, 66 no such \
      file, 78 a mapping is at fault.
      """)

  @Argument(help: "Mapping files, folders, patterns, or - for standard input.")
  var mappings: [String]

  @Flag(help: "Show how often the tests reach each rule, reason for dropping and branch of a case.")
  var coverage = false

  @Flag(help: "Write what happens now into the expectations that do not hold; nothing else in the file changes.")
  var update = false

  @Option(help: "text for people, json for programs.")
  var format = ReportFormat.text

  @Option(help: "When to colour results; auto heeds NO_COLOR.")
  var color = Console.ColorChoice.auto

  func validate() throws {
    if update, mappings.contains("-") { throw ValidationError("--update needs files, not standard input.") }
  }

  func run() throws {
    let console = Console(color: color)
    let files = MappingFiles(mappings)
    var reports: [TestReport] = []
    var problems = files.missing
    for path in files.paths {
      do {
        let mapping = try CheckedMapping(MappingSource(path))
        reports.append(try report(on: mapping, console))
      } catch let error as Diagnostics {
        problems += error.all
      } catch let error as Diagnostic {
        problems.append(error)
      }
    }
    let tests = reports.reduce(0) { $0 + $1.results.count }
    let failed = reports.reduce(0) { $0 + $1.failed }
    let status: ExitStatus =
      if let first = problems.first {
        ExitStatus(first)
      } else if reports.contains(where: { $0.mapping.plan == nil }) {
        .badMapping
      } else {
        failed > 0 ? .notAsExpected : .done
      }
    let text: String
    switch format {
    case .json:
      text = TestReport.json(reports)
      console.report(problems)
    case .text:
      let isColoured = Console(color: color, descriptor: STDOUT_FILENO).isColoured
      text = reports.map { $0.text(isColoured: isColoured, coverage: coverage) }.joined()
      console.report(problems)
    }
    let end = StandardOutput.write(text, status, console)
    console.write(
      "\(DisplayNumber.plural(tests, "test")) in \(DisplayNumber.plural(reports.count, "mapping")): "
        + "\(tests - failed) passed, \(failed) failed\n")
    throw ExitCode(end.rawValue)
  }

  /// Throws what cannot be written.
  private func report(on mapping: CheckedMapping, _ console: Console) throws -> TestReport {
    guard let plan = mapping.plan else { return TestReport(mapping: mapping) }
    let tester = mapping.tester(plan)
    guard update, let bytes = try tester.updated(mapping.file.bytes) else {
      return TestReport(mapping: mapping, results: try plan.tests.map { try tester.run($0) })
    }
    // What is written must be what it is meant to be; a form of YAML that was misjudged must not cost a file.
    let updated = CheckedMapping(MappingSource(mapping.file.path, bytes))
    guard let plan = updated.plan else {
      throw Diagnostic(
        "M001", "the expectations cannot be rewritten here; nothing was changed",
        remedy: "write `expect` in lines of its own", file: mapping.file.path)
    }
    let results = try plan.tests.map { try updated.tester(plan).run($0) }
    if let failed = results.first(where: { $0.isReadable && !$0.isPassed }) {
      throw Diagnostic(
        "M001", "what '\(failed.test.name)' expects cannot be rewritten; nothing was changed",
        remedy: "write its `expect` in lines of its own, or without "
          + (failed.differences.first.map { "\($0.path): \($0.actual)" } ?? "what is special in it"),
        file: mapping.file.path, span: failed.test.span)
    }
    try bytes.withUnsafeBufferPointer { try AtomicTextFile.write(mapping.file.path, $0) }
    return TestReport(mapping: updated, results: results, isUpdated: true)
  }
}
