import Pipeline
import Testing

@testable import Readers

/// `format: auto`.
@Suite struct WeblogGuessTests {
  /// Each preset's own lines, many of them, behind bad ones. What two presets read alike, the first in the list takes.
  @Test(arguments: WeblogPreset.all.map(\.name)) func ownSample(_ name: String) throws {
    let alike = ["jetty": "combined", "varnish": "combined"]
    let preset = try #require(WeblogPreset.named(name))
    let log =
      "garbage\n\u{16}\u{3}\u{1}\n\"quoted\" nonsense, here\n" + String(repeating: preset.sample + "\n", count: 20)
    let guess = try #require(FormatGuess.best(of: Array(log.utf8), settings: WeblogSettings()))
    #expect(guess.preset.name == alike[name] ?? name)
    #expect(guess.understood < guess.records && guess.understood * 10 > guess.records * 8)
  }

  @Test func mixtures() throws {
    let combined = try #require(WeblogPreset.named("combined")).sample + "\n"
    let common = try #require(WeblogPreset.named("common")).sample + "\n"
    func best(_ text: String) -> String? {
      FormatGuess.best(of: Array(text.utf8), settings: WeblogSettings())?.preset.name
    }
    #expect(best(common + String(repeating: combined, count: 10)) == "combined")
    #expect(best(combined + String(repeating: common, count: 30)) == "common")
    #expect(best(String(repeating: "no log at all, just prose\n", count: 30)) == nil)
    #expect(best("") == nil)
    #expect(best(String(repeating: "<190>Sep 10 13:57:01 web1 nginx: " + combined, count: 5)) == "combined")
  }

  /// A log behind a banner, a core dump or the remains of another file.
  @Test func garbageBefore() throws {
    let combined = try #require(WeblogPreset.named("combined")).sample + "\n"
    func guess(_ garbage: Int, _ lines: Int, then rest: Int = 0) -> FormatGuess? {
      let text =
        String(repeating: "no log at all, just prose\n", count: garbage) + String(repeating: combined, count: lines)
        + String(repeating: "prose again\n", count: rest)
      return FormatGuess.best(of: Array(text.utf8), settings: WeblogSettings())
    }
    let late = try #require(guess(2_000, 40))
    #expect(late.preset.name == "combined" && late.skipped == 2_000)
    #expect(late.records == 2_040 && late.understood == 40)
    #expect(try #require(guess(5, 20)).skipped == 0)
    // A few lines alone are no format, nor is what is lost among other things.
    #expect(guess(100, 5) == nil && guess(100, 40, then: 100) == nil)
  }

  /// IIS Advanced Logging counts milliseconds, too, and may log its own time alone.
  @Test func advancedLogging() throws {
    func guess(_ columns: String) -> FormatGuess? {
      let line = "2026-09-10 11:57:01.250 /a 10.0.0.4 200 46\n"
      let log = "#Software: IIS Advanced Logging Module\n#Fields:  \(columns) cs-uri-stem s-ip sc-status time-taken\n"
      return FormatGuess.best(of: Array((log + line + line).utf8), settings: WeblogSettings())
    }
    let utc = try #require(guess("date time"))
    #expect(utc.preset.name == "iis" && !utc.needsZone)
    let local = try #require(guess("date-local time-local"))
    #expect(local.preset.name == "iis" && local.needsZone && local.assumesZone)
  }

  /// A zone is needed where times have no offset, and nowhere else.
  @Test func zones() throws {
    let offset = #"1.2.3.4 - - [10/Sep/2026:13:57:01 +0200] "GET /a HTTP/1.1" 200 5 "-" "x""# + "\n"
    let local = offset.replacing(" +0200", with: "")
    var settings = WeblogSettings()
    func guess(_ line: String) -> FormatGuess? {
      FormatGuess.best(of: Array(String(repeating: line, count: 3).utf8), settings: settings)
    }
    #expect(try !#require(guess(offset)).needsZone)
    let assumed = try #require(guess(local))
    #expect(assumed.preset.name == "combined" && assumed.needsZone && assumed.assumesZone)
    settings.zone = Zone(named: "Europe/Warsaw")
    #expect(try !#require(guess(offset)).needsZone)
    let given = try #require(guess(local))
    #expect(given.needsZone && !given.assumesZone)
  }

  private static let request = #"[22/May/2023:00:00:18 +0200] "GET /a.html HTTP/1.1" 200 40139"#
  private static let browser = #""-" "Mozilla/5.0 (X11; Linux x86_64)""#

  /// Lines that have the form of a preset, and perhaps not its sense.
  static let forms: [(String, String?)] = [
    // What stands before a combined line; from goaccess's and Matomo's issues.
    (#"154.12.103.62 www.example.org - - \#(request) \#(browser)"#, nil),
    (#"5003909 138.130.86.92 - - \#(request) \#(browser)"#, nil),
    (#"192.168.1.2 (14.139.155.214) - - \#(request) \#(browser)"#, nil),
    (#"10.0.2.100 (191.96.170.41, 162.158.74.157) - - \#(request) \#(browser)"#, nil),
    (#"88.6.1.2, 185.43.1.3 - - \#(request) \#(browser)"#, nil),
    (#"2023-03-23T08:30:00.123Z web/nginx/0123abc 172.17.0.1 - - \#(request) \#(browser)"#, nil),
    (#"www.example.org 154.12.103.62 - - \#(request) \#(browser)"#, "vhost_combined"),
    (#"localhost:80 154.12.103.62 - - \#(request) \#(browser)"#, "vhost_combined"),
    (#"192.0.2.1 154.12.103.62 - - \#(request) \#(browser)"#, "vhost_combined"),
    (#"192.0.2.1:80 dialin.example.net - - \#(request) \#(browser)"#, "vhost_combined"),
    (#"[2001:db8::1] 2001:db8::9 - - \#(request)"#, "vhost_common"),
    (
      #"203.0.113.9 10.0.0.5 - - \#(request) \#(browser)"# + "\n"
        + #"198.51.100.7 10.0.0.5 - - \#(request) \#(browser)"#, nil
    ),
    (#"203.0.113.9 10.0.0.5 - - \#(request)"#, nil),
    (#"203.0.113.9 192.0.2.8 - - \#(request)"# + "\n" + #"[2001:db8::7] 192.0.2.8 - - \#(request)"#, nil),
    (#"10.0.0.5 203.0.113.9 - \#(request)"# + "\n" + #"10.0.0.5 198.51.100.7 - \#(request)"#, nil),
    (
      #"a.example 154.12.103.62 - - \#(request)"# + "\n" + #"b.example 154.12.103.62 - - \#(request)"# + "\n"
        + #"192.0.2.1 10.0.0.9 - - \#(request)"#, "vhost_common"
    ),
    // Servers by their addresses.
    ((1...5).map { #"192.0.2.10 10.0.0.\#($0) - - \#(request)"# }.joined(separator: "\n"), "vhost_common"),
    ((1...5).map { #"192.0.2.1\#($0 % 2) 203.0.113.\#($0) - - \#(request)"# }.joined(separator: "\n"), "vhost_common"),
    // What stands behind it.
    (#"192.0.2.1 - - \#(request) \#(browser) 48123"#, "combined"),
    (#"192.0.2.1 - - \#(request) \#(browser) 3"#, "combined"),
    (#"192.0.2.1 - - \#(request) \#(browser) 0 48123"#, "combined"),
    (#"192.0.2.1 - - \#(request) \#(browser) 402 40380"#, "combinedio"),
    // HAProxy's source port, and milliseconds.
    (#"192.0.2.1 - - \#(request) "" "" 52700 41687 "in" "out""#, "combined"),
    (
      #"192.0.2.1 - - [25/Nov/2018:06:25:22 +0100] "GET /rdu.mp3? HTTP/1.0" 200 783753 "-" "Lavf52.104.0" 30"#,
      "icecast"
    ),
    (
      #"192.0.2.1 - - [25/Nov/2018:06:25:22 +0100] "GET /stream HTTP/1.1" 200 783753 "-" "Mozilla/5.0" 30"#, "icecast"
    ),
    (#"192.0.2.1 - - \#(request) \#(browser) "www.example.com""#, "combined"),
    // Some clients invent what a proxy is to note.
    (
      #"192.0.2.1 - - \#(request) \#(browser) "203.0.113.9""# + "\n"
        + #"192.0.2.1 - - \#(request) \#(browser) "198.51.100.7, 10.0.0.2""# + "\n"
        + #"192.0.2.1 - - \#(request) \#(browser) "x""#,
      "nginx_main"
    ),
    (#"192.0.2.1 - - \#(request) \#(browser) "for=203.0.113.9;proto=https""#, "nginx_main"),
    (#"192.0.2.1 - - \#(request) \#(browser) "unknown, 203.0.113.9:4711""#, "nginx_main"),
    // ingress-nginx as it was.
    (
      #"10.240.0.5 - [203.0.113.9] - bob \#(request) \#(browser) 432 0.003 [default-web-80] [] 10.244.1.7:80 5 0.004 200 8d1c"#,
      "ingress_nginx_legacy"
    ),
    (
      #"10.240.0.5 - [203.0.113.9] - - \#(request) \#(browser) 432 0.003 [default-web-80] [] 10.244.1.7:80 5 0.004 200 8d1c"#,
      "ingress_nginx_legacy"
    ),
    (
      #"1.2.3.4 - [1.2.3.4] - - \#(request) \#(browser) 0 9.123 [ns-svc-http] 10.1.1.1:80 150 0.003 200 abd"#,
      "ingress_nginx_legacy"
    ),
    // Columns take any words.
    ("2017-07-18 00:09:01 172.18.40.65 GET /health.html - 443 - 172.18.1.11 ELB-HealthChecker/2.0 - 200 0 0 0", nil),
    (#"2023-03-23 08:30:00,123 INFO 10.244.0.1 - - \#(request) "-" "curl/7.68.0""#, nil),
    ("0.002 2 10.10.10.10 - - [15/Jun/2017:00:00:13 +0000] POST /a?b=c HTTP/1.1 200 37 https://abc.example/ M", nil),
    ("2026-09-10\t11:57:01\tFRA\t1\t1.2.3.4\tGET\tx.cloudfront.net\t/\t200\t-\tcurl\t-", "cloudfront"),
    (#""1420070400000000","","","","DELETE","","204","0","0","10","s.example","","","x","GCS","b","o""#, "gcs"),
  ]

  @Test(arguments: forms) func sense(_ line: String, _ name: String?) {
    let head = Array(String(repeating: line + "\n", count: 3).utf8)
    #expect(FormatGuess.best(of: head, settings: WeblogSettings())?.preset.name == name)
  }

  /// JSON with a time is not an access log by that alone.
  @Test(arguments: [
    (#"{"time":"2026-09-10T11:57:01Z","email":"a@x.com","amount":12.5,"user":"bob"}"#, nil),
    (#"{"log":"203.0.113.9 - - […","stream":"stdout","time":"2026-09-10T11:57:01Z"}"#, nil),
    (#"{"time":"2026-09-10T11:57:01Z","remote_addr":"1.2.3.4","request":"GET / HTTP/1.1"}"#, "nginx_json"),
  ]) func lines(_ line: String, _ name: String?) {
    let head = Array(String(repeating: line + "\n", count: 3).utf8)
    #expect(FormatGuess.best(of: head, settings: WeblogSettings())?.preset.name == name)
  }

  @Test func needsAnInput() {
    let found = #expect(throws: Diagnostics.self) { try weblog("auto") }
    #expect(found?.all.map(\.code) == ["M308"])
  }
}
