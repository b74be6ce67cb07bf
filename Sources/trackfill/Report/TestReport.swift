import Mapping
import Pipeline

/// How the tests of one mapping went, as text or as JSON.
struct TestReport {
  let mapping: CheckedMapping
  var results: [TestResult] = []
  /// Whether expectations were rewritten.
  var isUpdated = false

  var failed: Int { results.count { !$0.isPassed } }
  private var coverage: Coverage? { mapping.plan.map { Coverage($0, results) } }
  private var file: String { DisplayText.escaped(mapping.file.path) }

  // MARK: Text

  func text(isColoured: Bool, coverage wanted: Bool) -> String {
    let renderer = DiagnosticRenderer(sources: mapping.file.sources, isColoured: isColoured)
    var text = renderer.render(mapping.findings)
    guard mapping.plan != nil else { return text + "\(file): not tested: the mapping has errors\n" }
    for result in results where !result.isPassed { text += failure(result, renderer, isColoured) }
    if results.isEmpty {
      text += "\(file): no tests; a mapping carries them under `tests:`\n"
    } else {
      let verdict =
        failed == 0
        ? "\(DisplayNumber.plural(results.count, "test")) passed" : "\(failed) of \(results.count) tests failed"
      text += "\(file): \(verdict)\(isUpdated ? ", expectations rewritten" : "")\n"
    }
    if wanted, let coverage { text += self.text(coverage) }
    return text
  }

  private func failure(_ result: TestResult, _ renderer: DiagnosticRenderer, _ isColoured: Bool) -> String {
    func paint(_ text: String, _ code: String) -> String { isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }
    var text =
      "\(place(result.test.span, renderer)): \(paint("failed", "1;31")): \(DisplayText.escaped(result.test.name))\n"
    if !result.hasExpectation, result.isReadable {
      text += "  it expects nothing yet; --update writes down what happens\n"
    }
    for difference in result.differences {
      text += "  \(place(difference.span, renderer)): \(DisplayText.escaped(difference.path))\n"
      text += "    expected  \(paint(DisplayText.escaped(difference.expected), "32"))\n"
      text += "    actual    \(paint(DisplayText.escaped(difference.actual), "31"))\n"
    }
    return text + renderer.render(Array(result.rejects.prefix(5)))
  }

  private func place(_ span: SourceSpan, _ renderer: DiagnosticRenderer) -> String {
    let shown = renderer.shownPlace(of: Diagnostic("", "", file: mapping.file.path, span: span)) ?? span
    return "\(file):\(shown.line):\(shown.column)"
  }

  private func text(_ coverage: Coverage) -> String {
    var text = ""
    let renderer = DiagnosticRenderer(sources: mapping.file.sources)
    let width = coverage.items.map { DisplayText.escaped($0.name).count }.max() ?? 0
    for item in coverage.items {
      let name = DisplayText.escaped(item.name)
      let count = "\(item.hits)"
      let gap = String(repeating: " ", count: max(1, 8 - count.count))
      let never = item.hits == 0 ? "  never; \(place(item.span, renderer))" : ""
      text += "  \(item.kind.rawValue.padded(to: 6)) \(name.padded(to: width))\(gap)\(count)\(never)\n"
    }
    return text
  }

  // MARK: JSON

  /// An array with an object for each mapping.
  static func json(_ reports: [TestReport]) -> String {
    JSONObjectWriter.array(reports) { json, report in report.put(&json) }
  }

  private func put(_ json: inout JSONObjectWriter) {
    let renderer = DiagnosticRenderer(sources: mapping.file.sources)
    json.put("file", mapping.file.path)
    if let plan = mapping.plan { json.put("mapping", plan.name) }
    json.put("passed", results.count - failed)
    json.put("failed", failed)
    if isUpdated { json.put("updated", true) }
    json.list("findings", mapping.findings) { json, finding in FindingsJSON.put(finding, renderer, &json) }
    json.list("tests", results) { json, result in
      json.put("name", result.test.name)
      json.put("line", result.test.span.line)
      json.put("passed", result.isPassed)
      json.list("differences", result.differences) { json, difference in
        json.put("path", difference.path)
        json.put("line", difference.span.line)
        json.put("expected", difference.expected)
        json.put("actual", difference.actual)
      }
      json.list("rejects", result.rejects) { json, finding in FindingsJSON.put(finding, renderer, &json) }
    }
    json.list("coverage", coverage?.items ?? []) { json, item in
      json.put("kind", item.kind.rawValue)
      json.put("name", item.name)
      json.put("line", item.span.line)
      json.put("hits", item.hits)
    }
  }
}
