import Glibc
import Pipeline
import Writers

/// Text that a command was asked for, on standard output.
enum StandardOutput {
  /// Throws O201, or O203 if nobody reads any more.
  static func write(_ text: String) throws {
    guard !text.isEmpty else { return }
    let output = NDJSONStreamWriter(descriptor: STDOUT_FILENO)
    var line = text.hasSuffix("\n") ? String(text.dropLast()) : text
    try line.withUTF8 { try output.write($0) }
    try output.finish()
  }

  /// Writes, and says how the command ends: a reader that has seen enough changes nothing.
  static func write(_ text: String, _ status: ExitStatus, _ console: Console) -> ExitStatus {
    do {
      try write(text)
    } catch let diagnostic as Diagnostic where diagnostic.code != "O203" {
      console.report([diagnostic])
      return ExitStatus(diagnostic)
    } catch {
      return status
    }
    return status
  }
}
