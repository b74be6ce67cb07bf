import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Mapping

/// The lists that ship, and the functions that read them.
@Suite struct ListTests {
  /// The program carries its lists; `TRACKFILL_RECORD=1` writes them anew.
  @Test func listsAreCompiledIn() throws {
    func text(_ name: String) throws -> String {
      try String(contentsOf: Repository.root.appending(path: "Mappings/lists/\(name).txt"), encoding: .utf8)
    }
    var expected = """
      // Made from Mappings/lists by the tests of the lists: TRACKFILL_RECORD=1 swift test --filter ListTests

      /// The lists that the program carries, so that it needs no file beside it.
      enum EmbeddedLists {

      """
    for name in ["bots", "referers"] {
      expected += "  static let \(name) = #\"\"\"\n"
      for line in try text(name).split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        expected += line.isEmpty ? "\n" : "    \(line)\n"
      }
      expected += "    \"\"\"#\n" + (name == "bots" ? "\n" : "")
    }
    expected += "}\n"
    let file = Repository.root.appending(path: "Sources/Mapping/Functions/EmbeddedLists.swift")
    try Golden.check(expected, against: file)
  }

  @Test func entriesOfListsAreOfUse() throws {
    let parts = ListText.lines(EmbeddedLists.bots)
    #expect(parts.count > 80)
    for part in parts {
      #expect(part == part.lowercased() && part.utf8.count >= 3)
      #expect(!parts.contains { $0 != part && part.contains($0) }, "'\(part)' is matched by a shorter entry")
    }
    var hosts: Set<String> = []
    for line in ListText.lines(EmbeddedLists.referers) {
      let columns = line.split(separator: "  ").map(String.init)
      #expect((3...4).contains(columns.count), "\(line)")
      #expect(["search", "social", "email"].contains(columns[0]), "\(line)")
      for host in columns[2].split(separator: ", ") { #expect(hosts.insert(String(host)).inserted, "\(host) twice") }
    }
  }

  // MARK: Bots

  static let people = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 9; zh-cn) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/66.0 MQQBrowser/9.6 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/20F66 Instagram 289.0.0.18.109 (iPhone14,2)",
    "Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/108.4.6 like Chrome/108.0.5359.160 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 baiduboxapp/13.60",
    "Mozilla/5.0 (Linux; Android 13; SM-S908N) AppleWebKit/537.36 Chrome/110.0 Mobile Safari/537.36 NAVER(inapp; search; 1000; 11.20.1)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 11_4_1 like Mac OS X) AppleWebKit/605.1.15 [FBAN/FBIOS;FBCR/OrangeBotswana;FBID/phone]",
    "HUAWEI-U2800/001.00 Browser/Obigo-Browser/Q05A HuaweiJava/1.0 Profile/MIDP-2.0 Configuration/CLDC-1.1",
    "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18",
  ]
  static let programs = [
    "-", "", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/8.5.0", "Java/1.8.0_392",
    "python-requests/2.31.0", "Go-http-client/1.1", "facebookexternalhit/1.1",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
    "UptimeRobot/2.0", "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)", "Screaming Frog SEO Spider/19.4",
  ]

  private func isBot(_ agents: BotAgents, _ agent: String) -> Bool {
    Array(agent.utf8).withUnsafeBufferPointer { agents.matches($0) }
  }

  @Test(arguments: people) func peopleAreNoBots(_ agent: String) { #expect(!isBot(.standard, agent)) }
  @Test(arguments: programs) func programsAreBots(_ agent: String) { #expect(isBot(.standard, agent)) }

  /// The first pattern that matches names the device, as uap-core's specification has it.
  @Test func patternsOfDevicesAreReadInOrder() throws {
    let space = try Workspace([
      "regexes.yaml": """
      user_agent_parsers:
        - regex: '(Robo)/(\\d+)'
      device_parsers:
        - regex: 'Robophone'
          device_replacement: 'Phone'
        - regex: '(?!x)y'
        - regex: '(robo|gripper)'
          regex_flag: 'i'
          device_replacement: 'Spider'
        - regex: 'Gripper Tablet'
          device_replacement: 'Tablet'
      """, "own.txt": "# ours\nHouse-Check\n",
    ])
    let text =
      MappingRun.head + """
        lists: { agents: env(REGEXES), bots: own.txt }
        drop: [ { reason: bot, if: '=is_bot(agent.or("-"))' } ]
        events: [ { type: t } ]

        """
    let agents = ["ROBO/1", "Robophone/2", "Gripper-Tablet", "house-check/1", "Firefox/1"]
    let run = try MappingRun.map(
      text, agents.map { "ip=a time=1 agent=\($0)" }, file: space.path("mapping.yaml"),
      environment: ["REGEXES": "regexes.yaml"])
    #expect(run.dropped == ["bot": 3])
    #expect(run.bodies.count == 2)
  }

  @Test(arguments: [
    ("{ agents: no.yaml }", "M119", "no such file"), ("{ agents: bad.yaml }", "M119", "no patterns of programs"),
    ("{ bots: short.txt }", "M119", "'a' in short.txt would match"),
    ("{ bots: long.txt }", "M119", "more than 10000 lines"),
    ("{ bot: x }", "M004", "unknown key 'bot'"),
    ("{ agents: broken.yaml }", "M001", "never closed"), ("{ agents: env(NOPE) }", "M117", "NOPE"),
  ])
  func brokenLists(_ lists: String, _ code: String, _ words: String) throws {
    let long = (0..<10_001).map { "name-\($0)\n" }.joined()
    let space = try Workspace([
      "long.txt": long, "bad.yaml": "a: b\n", "short.txt": "a\n", "broken.yaml": "a: [\n",
    ])
    let findings = MappingRun.findings(
      MappingRun.head + "lists: \(lists)\nevents: [ { type: t } ]\n", file: space.path("mapping.yaml"))
    #expect(findings.contains { $0.code == code && $0.message.contains(words) }, "\(findings.map(\.message))")
  }

  // MARK: Referers

  static let referers: [(text: String, kind: String, host: String?, name: String?, term: String?)] = [
    ("https://www.google.com/", "search", "www.google.com", "Google", nil),
    ("https://www.google.co.uk/search?q=red+shoes%21&hl=en", "search", "www.google.co.uk", "Google", "red shoes!"),
    ("http://google.de/url?sa=t&q=", "search", "google.de", "Google", nil),
    ("https://mail.google.com/mail/u/0/", "email", "mail.google.com", "Gmail", nil),
    ("android-app://com.google.android.gm/", "email", "android-app.com.google.android.gm", "Gmail", nil),
    ("https://google.shop.example.net/", "other", "google.shop.example.net", nil, nil),
    ("https://WWW.Bing.com:443/search?pq=x&q=%C5%82%C3%B3d%C5%BA", "search", "www.bing.com", "Bing", "łódź"),
    ("https://yandex.ru/search/?text=a+b", "search", "yandex.ru", "Yandex", "a b"),
    ("https://m.facebook.com/", "social", "m.facebook.com", "Facebook", nil),
    ("https://t.co/abc", "social", "t.co", "X", nil),
    ("https://notfacebook.com/", "other", "notfacebook.com", nil, nil),
    ("https://shop.example.com/cart", "internal", "shop.example.com", nil, nil),
    ("https://www.Shop.Example.com./cart", "internal", "www.shop.example.com", nil, nil),
    ("https://myshop.example.com/", "other", "myshop.example.com", nil, nil),
    ("https://user:p@news.example.net/a?b#c", "other", "news.example.net", nil, nil),
    ("-", "direct", nil, nil, nil), ("", "direct", nil, nil, nil),
    ("/local/path", "other", nil, nil, nil), ("https://", "other", nil, nil, nil), ("%%%", "other", "%%%", nil, nil),
  ]

  @Test(arguments: referers.indices)
  func referersHaveAKind(_ index: Int) throws {
    let row = Self.referers[index]
    let mapping =
      MappingRun.head + """
        let: { r: '=referer(user, ["other.example.org", "shop.example.com"])' }
        events: [ { type: t, properties: { kind: =r.kind, host: =r.host, name: =r.name, term: =r.term } } ]

        """
    let run = try MappingRun.map(mapping, ["ip=a time=1 user=\(row.text)"])
    var expected = "{\"kind\":\"\(row.kind)\""
    for (key, value) in [("host", row.host), ("name", row.name), ("term", row.term)] {
      if let value { expected += ",\"\(key)\":\"\(value)\"" }
    }
    #expect(run.bodies[0].contains("\"properties\":" + expected + "}"), "\(run.bodies)")
  }

  @Test(arguments: [
    ("user=https://t.co/x target=/a?utm_source=news+letter", #"{"kind":"campaign","name":"news letter"}"#),
    ("target=/a?x=1&gclid=abc", #"{"kind":"campaign","name":"Google Ads"}"#),
    ("target=/a?utm_medium=cpc", #"{"kind":"campaign"}"#),
    ("user=https://l.facebook.com/ target=/a?fbclid=abc", #"{"kind":"social","name":"Facebook"}"#),
    ("user=https://shop.example.com/ target=/a?utm_source=", #"{"kind":"internal"}"#), ("", #"{"kind":"direct"}"#),
    ("target=/a#?gclid=x", #"{"kind":"direct"}"#),
  ])
  func campaignsAreSeenInTheLandingURL(_ line: String, _ expected: String) throws {
    let run = try MappingRun.map(
      MappingRun.head + """
        let: { r: '=referer(user, "shop.example.com", target)' }
        events: [ { type: t, properties: { kind: =r.kind, name: =r.name } } ]

        """, ["ip=a time=1 " + line])
    #expect(run.bodies[0].contains("\"properties\":" + expected), "\(run.bodies)")
  }
}
