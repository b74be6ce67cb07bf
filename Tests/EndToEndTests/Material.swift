/// Inputs and a mapping for the tests.
enum Material {
  static let mapping = """
    mapping: end-to-end
    language: 1
    input: { reader: weblog, format: combined }
    drop:
      - { reason: asset, when: { path: "*.css" } }
      - { reason: error, when: { status: 500..599 } }
    identity:
      visitor: '=ip + "|" + agent.or("")'
      profile: { hash: visitor, salt: test }
    session: { gap: 10m, disorder: 1m }
    target: { source: test }
    events:
      - type: page-seen
        when: { method: GET }
        properties: { path: =path, status: =status }
      - type: sent-form
        when: { method: POST }
        properties: { path: =path }

    """

  static let line = #"192.0.2.1 - - [10/Sep/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "A""#

  /// A combined log: about one line in 300 is malformed, times step back by up to 30 seconds, a few lines are repeated.
  static func log(lines count: Int, seed: UInt64 = 1, bad: Int = 300) -> [String] {
    var state = seed
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var second = 0
    var lines: [String] = []
    while lines.count < count {
      second += random(7)
      let time = max(0, second - (random(4) == 0 ? random(30) : 0))
      let day = 10 + time / 86_400 % 20
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      let clock = "\(two(time / 3600 % 24)):\(two(time / 60 % 60)):\(two(time % 60))"
      let method = ["GET", "GET", "GET", "GET", "POST", "HEAD"][random(6)]
      let path = ["/", "/shop", "/main.css", "/articles/\(random(50))?q=a%20b", "/caf%C3%A9", "/\"x"][random(6)]
      let status = [200, 200, 200, 304, 404, 500][random(6)]
      let visitor = random(60)
      let target = path.replacing("\"", with: "\\\"")
      var line =
        "192.0.2.\(visitor) - - [\(two(day))/Sep/2026:\(clock) +0000] \"\(method) \(target) HTTP/1.1\" \(status) "
        + "\(random(100_000)) \"-\" \"Agent/\(visitor % 7)\""
      if bad > 0, random(bad) == 0 { line = "broken " + line.prefix(random(60)) }
      lines.append(line)
      if random(100) == 0 { lines.append(line) }
    }
    return Array(lines.prefix(count))
  }

  static func text(_ lines: some Sequence<String>) -> String { lines.map { $0 + "\n" }.joined() }
}
