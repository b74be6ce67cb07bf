import Pipeline

/// Findings for programs: objects with `code severity file line column length message label remedy`. Lines and columns
/// count from 1, columns and lengths in characters; a finding without a place has none of the three.
enum FindingsJSON {
  static func render(_ findings: [Diagnostic], sources: [String: [UInt8]]) -> String {
    let renderer = DiagnosticRenderer(sources: sources)
    return JSONObjectWriter.array(findings) { put($1, renderer, &$0) }
  }

  static func put(_ finding: Diagnostic, _ renderer: DiagnosticRenderer, _ json: inout JSONObjectWriter) {
    json.put("code", finding.code)
    json.put("severity", finding.severity.rawValue)
    if let file = finding.file { json.put("file", file) }
    if let place = renderer.shownPlace(of: finding) {
      json.put("line", place.line)
      json.put("column", place.column)
      json.put("length", place.length)
    }
    json.put("message", finding.message)
    if !finding.label.isEmpty { json.put("label", finding.label) }
    if !finding.remedy.isEmpty { json.put("remedy", finding.remedy) }
  }
}
