import ArgumentParser
import Pipeline

// The parser does not say the default of an option with a transform.
extension ArgumentHelp {
  /// Of `--memory`, whose default depends on the mapping.
  static let memory: ArgumentHelp = {
    let sessions = OptionText.size(SessionSettings.memoryForSessions)
    let sorting = OptionText.size(SessionSettings.memoryForSorting)
    return ArgumentHelp(
      "Memory for open sessions (default: \(sessions)) or for sorting (\(sorting)); more goes to a temporary file.",
      valueName: "size")
  }()

  /// Of `--max-record`.
  static let maxRecord = ArgumentHelp(
    "The longest record; a longer one is rejected. (default: \(OptionText.size(ReadLimits().record)))",
    valueName: "size")

  /// Of `--max-rejects`.
  static let maxRejects = ArgumentHelp(
    "Stop beyond this many rejected records, or this share after the first 1,000. "
      + "(default: \(RejectLimit.text(.standard)))", valueName: "n|p%")
}
