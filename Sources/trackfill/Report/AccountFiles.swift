import Pipeline

/// The files in which a run gives account of itself: its summary, its metrics.
enum AccountFiles {
  /// Writes those that are wanted; what goes wrong is said.
  /// - Parameter status: of the run; a file that cannot be written spoils one that was good.
  static func write(_ files: [(path: String?, text: () -> String)], _ status: inout ExitStatus, _ console: Console) {
    for case (let path?, let text) in files {
      do {
        try OutputFiles.write(text(), to: path)
      } catch {
        guard let diagnostic = error as? Diagnostic, diagnostic.code != "O203" else { continue }
        console.report([diagnostic])
        if status == .done || status == .someRejected { status = ExitStatus(diagnostic) }
      }
    }
  }
}
