import Pipeline
import Testing

@testable import Readers

@Suite struct WeblogReaderTests {
  @Test func combined() throws {
    let line = #"""
      203.0.113.9 - bob [10/Oct/2000:13:55:36 -0700] "GET /a/b?c=d&e#f HTTP/1.1" 200 2326 "http://x.example/" "Mozilla/5.0 (X11)"

      """#
    let reading = try read(line, with: weblog("combined"))
    #expect(reading.rejects == [])
    #expect(
      reading.records == [
        [
          "ip": "203.0.113.9", "user": "bob", "time": "971211336", "request": "GET /a/b?c=d&e#f HTTP/1.1",
          "method": "GET", "target": "/a/b?c=d&e#f", "path": "/a/b", "query": "c=d&e", "protocol": "HTTP/1.1",
          "status": "200", "bytes": "2326", "referer": "http://x.example/", "agent": "Mozilla/5.0 (X11)",
        ]
      ])
  }
}
