import Pipeline

/// What an error means for the run that it ended: what there is to say, and the status.
struct Failure {
  let status: ExitStatus
  /// For an account of the run.
  let message: String
  /// None if the error is no finding, but a fault of the program.
  private let findings: [Diagnostic]

  init(_ error: any Error) {
    switch error {
    case let diagnostic as Diagnostic: findings = [diagnostic]
    case let diagnostics as Diagnostics: findings = diagnostics.all
    default: findings = []
    }
    // Beside an error a warning is not why the run ended.
    if let cause = findings.first(where: { $0.severity == .error }) ?? findings.first {
      status = ExitStatus(cause)
      message = cause.message
    } else {
      status = .internalError
      message = "\(error)"
    }
  }

  /// Says it, and gives the status.
  /// - Parameter sources: the texts of files to which findings point.
  func report(on console: Console, sources: [String: [UInt8]] = [:]) -> ExitStatus {
    if findings.isEmpty {
      console.say("internal error: \(message)")
    } else {
      console.report(findings, sources: sources)
    }
    return status
  }
}
