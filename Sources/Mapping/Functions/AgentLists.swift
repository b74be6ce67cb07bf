internal import Pipeline

/// The mapping's `lists`: what `is_bot` knows beside the list that the program carries.
struct AgentLists {
  let bots: BotAgents

  /// Lines of a list; each is looked for in every new user agent.
  private static let most = 10_000

  init(_ file: Section, _ environment: [String: String], _ purpose: MappingPurpose) {
    let findings = file.findings
    guard let node = file["lists"], let section = Section(node, "lists", keys: ["bots", "agents"], findings) else {
      bots = .standard
      return
    }
    func text(_ key: String) -> ConfigScalar? {
      guard var scalar = section.scalar(key),
        let text = EnvironmentText.resolve(scalar, environment, purpose, findings)
      else { return nil }
      // A variable that is not set where the mapping is only checked names no file.
      guard !EnvironmentText.isUnset(scalar, environment) else { return nil }
      scalar.text = text
      return scalar
    }
    var parts = ListText.lines(EmbeddedLists.bots)
    if let scalar = text("bots"),
      let bytes = SideFile(scalar.text, besideMapping: findings.source.file).read(for: scalar, findings)
    {
      let lines = ListText.lines(String(decoding: bytes, as: UTF8.self)).map { $0.lowercased() }
      if let short = lines.first(where: { $0.utf8.count < 3 }) {
        findings.error(
          "M119", "'\(short)' in \(scalar.text) would match almost every user agent", at: scalar.span,
          remedy: "write at least three characters of a name on each line")
      }
      if lines.count > Self.most {
        findings.error(
          "M119", "\(scalar.text) has more than \(Self.most) lines", at: scalar.span,
          remedy: "keep the parts that many names have in common")
      } else {
        parts += lines
      }
    }
    var patterns: UserAgentPatterns?
    if let scalar = text("agents") {
      let isInstalled = scalar.text == "installed"
      let list =
        isInstalled
        ? SideFile(UserAgentPatterns.installedPath, besideMapping: "")
        : SideFile(scalar.text, besideMapping: findings.source.file)
      let remedy = isInstalled ? "install it: apt install uap-core" : SideFile.remedy
      if let bytes = list.read(for: scalar, findings, remedy: remedy) {
        do {
          patterns = try UserAgentPatterns(bytes, file: list.path)
        } catch {
          for diagnostic in error.all { findings.add(diagnostic) }
        }
      }
    }
    bots = BotAgents(parts, patterns: patterns)
  }
}
