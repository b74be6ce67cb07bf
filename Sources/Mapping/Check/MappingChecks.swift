internal import CEL
internal import Pipeline

/// What can be said about a mapping as a whole, once its expressions are compiled. Runs also over a mapping with errors,
/// so that everything is reported at once; what did not compile is passed over.
struct MappingChecks {
  let root: ConfigNode
  let compiler: ExpressionCompiler
  let tests: [MappingTest]
  /// Whether every rule is tried, also behind one that matched.
  let emitsAll: Bool
  let purpose: MappingPurpose
  private var findings: Findings { compiler.findings }

  /// Rules that are looked at; a mapping with more is refused anyway.
  private static let most = 1_000

  init(
    root: ConfigNode, compiler: ExpressionCompiler, tests: [MappingTest], emitsAll: Bool, purpose: MappingPurpose
  ) {
    self.root = root
    self.compiler = compiler
    self.tests = tests
    self.emitsAll = emitsAll
    self.purpose = purpose
  }

  func run() {
    let rules = (root["events"]?.list ?? []).prefix(Self.most).filter { $0["type"]?.scalar != nil }
    RuleCoverage(compiler).check(
      drops: (root["drop"]?.list ?? []).prefix(Self.most), rules: rules, emitsAll: emitsAll)
    var kinds = PropertyKinds(findings)
    let personal = PersonalData(compiler)
    let receiver = ReceiverTypes(findings: findings)
    let session = ReceiverSession(findings: findings)
    for rule in rules {
      guard let type = rule["type"]?.scalar else { continue }
      let properties = EmittedValue.all(rule["properties"], compiler)
      kinds.check(properties, of: type.text)
      personal.check(properties, of: type.text)
      let context = EmittedValue.all(rule["context"], compiler)
      personal.check(context)
      session.check(event: context)
      receiver.check(type, properties, tags: rule.entries?.first { $0.key == "tags" }?.keySpan)
      naturalID(rule, type)
    }
    session.check(root["target"], compiler)
    personal.check(EmittedValue.all(root["target"]?["context"], compiler))
    personal.check(EmittedValue.all(root["target"]?["request"], compiler))
    personal.check(id: root["identity"]?["profile"]?["id"])
    personal.check(id: root["identity"]?["profile"]?["ids"])
    localTimes()
    DateZones(findings: findings).check(root["input"])
    if purpose == .check { testedRules(rules) }
  }

  // MARK: Natural ids

  private static let purchases: Set<String> = [
    "purchase", "purchased", "order", "ordered", "sale", "sold", "bought", "payment", "paid", "transaction", "invoice",
    "invoiced", "refund", "refunded", "booking", "booked", "donation", "donated", "checkout",
  ]
  /// Looking at an order, or being on the way to one, is no purchase.
  private static let noPurchases: Set<String> = [
    "view", "viewed", "page", "clicked", "click", "started", "info", "entered", "status", "abandoned", "shared",
  ]

  private func naturalID(_ rule: ConfigNode, _ type: ConfigScalar) {
    guard rule["id"] == nil else { return }
    let words = Set(type.text.lowercased().split { "-_. /:".contains($0) }.map(String.init))
    guard !words.isDisjoint(with: Self.purchases), words.isDisjoint(with: Self.noPurchases) else { return }
    findings.warn(
      "M204", "'\(type.text)' has no natural id: the same one from another export would count twice", at: type.span,
      remedy: "name it by its number: id: =[\"order\", order_id]")
  }

  // MARK: Times

  /// What the reader accepted without a zone; times without one mean another moment on another machine.
  private func localTimes() {
    guard let input = root["input"], input["zone"] == nil else { return }
    for field in input["fields"]?.entries ?? []
    where field.value["type"]?.text == "local_time" && field.value["zone"] == nil {
      findings.warn(
        "M206", "'\(field.key)' is a local time without a zone", at: field.keySpan,
        remedy: "add zone: Europe/Warsaw, or zone: UTC")
    }
  }

  // MARK: Tests

  private func testedRules(_ rules: [ConfigNode]) {
    // M005 says that there are none.
    guard !rules.isEmpty else { return }
    guard !tests.isEmpty else {
      let key = root.entries?.first { $0.key == "events" }?.keySpan
      findings.warn(
        "M203", "no rule has a test", at: key ?? root.span,
        remedy: "add tests: [ { name: …, given: lines, expect: { events: [ { type: … } ] } } ]")
      return
    }
    var expected: Set<String> = []
    func collect(_ node: ConfigNode?) {
      for event in node?["events"]?.list ?? [] { if let type = event["type"]?.text { expected.insert(type) } }
    }
    for test in tests {
      collect(test.expect)
      for key in ["payloads", "sessions"] { for payload in test.expect?[key]?.list ?? [] { collect(payload) } }
    }
    for rule in rules {
      guard let type = rule["type"]?.scalar, !expected.contains(type.text) else { continue }
      findings.warn(
        "M203", "rule '\(rule["name"]?.text ?? type.text)' has no test", at: type.span,
        remedy: "expect an event of type '\(type.text)' in a test")
    }
  }
}
