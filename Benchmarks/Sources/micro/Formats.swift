import Pipeline
import Readers

/// The same requests as different servers write them: what counts is the time a byte beside that of *combined*.
enum Formats {
  private static let fields = ["time", "ip", "method", "path", "query", "status", "bytes", "referer", "agent"]

  static func measure(_ harness: inout Harness) throws {
    for (name, header, line) in forms {
      let reader = try Reading.weblog(name)
      let known = Set(reader.schema.fields.map(\.name))
      let reading = Reading(reader, fields: fields.filter { known.contains($0) })
      let text = header + (0..<20_000).map { line(Request($0)) + "\n" }.joined()
      let lines = Lines(Array(text.utf8))
      harness.measure("format: \(name)", operations: 20_000, bytes: lines.bytes.count) {
        reading.run(lines) { _, _ in }
      }
    }
  }

  private struct Request {
    var ip: String
    var clock: String
    var path: String
    var query: String
    var bytes: Int
    var referer: String
    var agent: String
    var target: String { query.isEmpty ? path : path + "?" + query }

    init(_ number: Int) {
      var random = Random(state: UInt64(number))
      ip = "203.0.\(random.below(100)).\(random.below(250))"
      let second = number / 9
      clock = "\(two(8 + second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
      path =
        random.below(3) == 0
        ? "/product/thing-\(random.below(5000))" : "/images/p/\(random.below(4000))/photo.webp"
      query = random.below(4) == 0 ? "utm_source=newsletter&utm_campaign=c\(random.below(40))" : ""
      bytes = random.below(90_000)
      referer = "https://shop.example.com/product/thing-\(random.below(5000))"
      agent =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/\(100 + random.below(40)).0.0.0 Safari/537.36"
    }
  }

  private static var forms: [(name: String, header: String, line: (Request) -> String)] {
    [
      (
        "combined", "",
        {
          #"\#($0.ip) - - [10/Sep/2026:\#($0.clock) +0200] "GET \#($0.target) HTTP/2.0" 200 \#($0.bytes) "\#($0.referer)" "\#($0.agent)""#
        }
      ),
      (
        "w3c",
        "#Fields: date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status sc-bytes cs(Referer) "
          + "cs(User-Agent)\n",
        {
          "2026-09-10 \($0.clock) \($0.ip) - GET \($0.path) \($0.query.isEmpty ? "-" : $0.query) 200 \($0.bytes) \($0.referer) \($0.agent.replacing(" ", with: "+"))"
        }
      ),
      (
        "alb", "",
        {
          #"https 2026-09-10T\#($0.clock).186641Z app/shop/50dc6c495c0c9188 \#($0.ip):2817 10.0.0.66:9000 0.000 0.002 0.000 200 200 34 \#($0.bytes) "GET https://www.example.com:443\#($0.target) HTTP/2.0" "\#($0.agent)" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "www.example.com" "session-reused" 0 2026-09-10T\#($0.clock).184000Z "forward" "-" "-" "10.0.0.66:9000" "200" "-" "-""#
        }
      ),
      (
        "nginx_json", "",
        {
          #"{"time_iso8601":"2026-09-10T\#($0.clock)+02:00","remote_addr":"\#($0.ip)","remote_user":"","request":"GET \#($0.target) HTTP/2.0","status":"200","body_bytes_sent":"\#($0.bytes)","request_time":"0.012","http_referer":"\#($0.referer)","http_user_agent":"\#($0.agent)","http_x_forwarded_for":""}"#
        }
      ),
      (
        "caddy", "",
        {
          #"{"level":"info","ts":1789034221.25,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"\#($0.ip)","remote_port":"41342","client_ip":"\#($0.ip)","proto":"HTTP/2.0","method":"GET","host":"shop.example.com","uri":"\#($0.target)","headers":{"User-Agent":["\#($0.agent)"],"Referer":["\#($0.referer)"],"Accept":["*/*"]}},"bytes_read":0,"user_id":"","duration":0.000929675,"size":\#($0.bytes),"status":200,"resp_headers":{"Server":["Caddy"]}}"#
        }
      ),
    ]
  }
}
