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

  /// JSON with a time is no access log by that alone.
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
