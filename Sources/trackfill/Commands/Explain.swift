import ArgumentParser
import Pipeline

/// The pages of the codes, which the binary carries.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print what a code such as M101 means, with an example and how to mend it.",
    discussion: "Without a code, all codes with their titles.")

  @Argument(help: "A code, as in error[M101].")
  var code: String?

  func run() throws {
    let console = Console(color: .never)
    guard let code else {
      let list = CodePages.all.map { "\($0.code)  \($0.title)\n" }.joined()
      throw ExitCode(StandardOutput.write(list, .done, console).rawValue)
    }
    // As it stands in a message: error[M101].
    let plain = code.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard let page = CodePages.all.first(where: { plain.hasSuffix($0.code) }) else {
      console.say("no code '\(code)'; \(suggestion(for: code))")
      throw ExitCode(ExitStatus.usage.rawValue)
    }
    throw ExitCode(StandardOutput.write(page.text, .done, console).rawValue)
  }

  private func suggestion(for code: String) -> String {
    let codes = CodePages.all.map(\.code)
    if let best = Suggestion.best(for: code.uppercased(), among: codes) { return "did you mean \(best)?" }
    return "`trackfill explain` lists them all"
  }
}

/// The documentation of one code.
struct CodePage: Sendable {
  let code: String
  /// Markdown; its first line is `# CODE title`.
  let text: String

  init(_ code: String, _ text: String) {
    self.code = code
    self.text = text
  }

  var title: String {
    let first = text.prefix { $0 != "\n" }
    return String(first.dropFirst(2 + code.count).drop { $0 == " " || $0 == ":" })
  }
}
