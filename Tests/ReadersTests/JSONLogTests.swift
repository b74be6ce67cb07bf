import Pipeline
import Readers
import Testing

@Suite struct JSONLogTests {
  @Test(arguments: [
    (
      "nginx_json",
      #"{"time_local":"10/Sep/2026:13:57:01 +0200","remote_addr":"203.0.113.9","request":"GET /a?b=\x22c\x22 HTTP/1.1","status":200,"body_bytes_sent":"912","request_time":"0.012","http_user_agent":"caf\xc3\xa9"}"#,
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET", "path": "/a", "query": "b=\"c\"", "status": "200",
        "bytes": "912", "duration": "12000", "agent": "café", "protocol": "HTTP/1.1",
        "request": "GET /a?b=\"c\" HTTP/1.1", "target": "/a?b=\"c\"",
      ]
    ),
    (
      "nginx_json",
      #"{"msec":"1789041421.250","remote_addr":"unix:","request":"\x16\x03\x01","status":"400","http_referer":"-"}"#,
      ["time": "1789041421+250000000", "ip": "unix:", "request": "\u{16}\u{3}\u{1}", "status": "400"]
    ),
    // Numbers as nginx writes them, and path and query apart.
    (
      "nginx_json",
      #"{"time_iso8601":"2026-09-10T13:57:01+02:00","remote_addr":"203.0.113.9","request_method":"GET","uri":"/search","args":"q=shoes","status":000,"body_bytes_sent":-,"request_time":0.5}"#,
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET", "target": "/search?q=shoes", "path": "/search",
        "query": "q=shoes", "status": "0", "duration": "500000",
      ]
    ),
    // Logstash's names; Apache's as many write them.
    (
      "json",
      #"{"@timestamp":"2026-09-10T11:57:01Z","clientip":"203.0.113.9","verb":"GET","request":"/search?q=shoes","httpversion":"1.1","response":"200"}"#,
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET", "request": "/search?q=shoes",
        "target": "/search?q=shoes", "path": "/search", "query": "q=shoes", "protocol": "1.1", "status": "200",
      ]
    ),
    (
      "json",
      #"{"time":"[10/Sep/2026:13:57:01 +0200]","remoteIP":"203.0.113.9","method":"GET","request":"/a.html","query":"?b=c","status":"009"}"#,
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET", "request": "/a.html", "target": "/a.html?b=c",
        "path": "/a.html", "query": "b=c", "status": "9",
      ]
    ),
    // Another kind of query; a target that has one already.
    (
      "json",
      #"{"time":"2026-09-10T11:57:01Z","method":"POST","path":"/graphql","query":"{ user { id } }","status":200}"#,
      [
        "time": "1789041421", "method": "POST", "target": "/graphql", "path": "/graphql", "query": "{ user { id } }",
        "status": "200",
      ]
    ),
    (
      "nginx_json", #"{"msec":1789041421,"request_uri":"/a?x=1","uri":"/b","args":"y=2"}"#,
      ["time": "1789041421", "target": "/a?x=1", "path": "/a", "query": "x=1"]
    ),
    // `uri` is what nginx made of the request.
    (
      "nginx_json",
      #"{"msec":1789041421,"request":"GET /blog/post?p=12 HTTP/1.1","uri":"/index.php","args":"q=blog/post&p=12"}"#,
      [
        "time": "1789041421", "request": "GET /blog/post?p=12 HTTP/1.1", "method": "GET", "target": "/blog/post?p=12",
        "path": "/blog/post", "query": "p=12", "protocol": "HTTP/1.1",
      ]
    ),
    (
      "json",
      #"{"time":1789041421,"request":"GET /blog/post HTTP/1.1","path":"/index.php","query":"q=blog/post"}"#,
      [
        "time": "1789041421", "request": "GET /blog/post HTTP/1.1", "method": "GET", "target": "/blog/post",
        "path": "/blog/post", "protocol": "HTTP/1.1",
      ]
    ),
    (
      "nginx_json", #"{"msec":1789041421,"request":"-","uri":"/a","query_string":"?b=c "}"#,
      ["time": "1789041421", "target": "/a?b=c", "path": "/a", "query": "b=c"]
    ),
    // Header lines of one name are one list.
    (
      "caddy",
      #"{"ts":1789041421.25,"request":{"remote_ip":"10.0.0.5","method":"GET","uri":"/","headers":{"X-Forwarded-For":["6.6.6.6, 7.7.7.7","203.0.113.9"]}},"status":200}"#,
      [
        "time": "1789041421+250000000", "ip": "10.0.0.5", "method": "GET", "target": "/", "path": "/",
        "forwarded": "6.6.6.6, 7.7.7.7,203.0.113.9", "status": "200",
      ]
    ),
    // Caddy 2.0: an address with its port; later its parts; a time as text; a duration as text.
    (
      "caddy",
      #"{"ts":1789041421.25,"request":{"remote_addr":"[2001:db8::9]:4711","method":"GET","uri":"/?q","headers":{"User-Agent":["curl/8"]}},"duration":0.0015,"size":7,"status":200}"#,
      [
        "time": "1789041421+250000000", "ip": "2001:db8::9", "method": "GET", "target": "/?q", "path": "/",
        "query": "q", "agent": "curl/8", "duration": "1500", "bytes": "7", "status": "200",
      ]
    ),
    (
      "caddy",
      #"{"ts":"2026-09-10T13:57:01.250+02:00","request":{"remote_ip":"10.0.0.1","client_ip":"203.0.113.9","method":"POST","uri":"/x","headers":{"X-Forwarded-For":["203.0.113.9"],"Referer":["https://a.example/"]}},"duration":"1.5ms","user_id":"ada","status":201}"#,
      [
        "time": "1789041421+250000000", "ip": "203.0.113.9", "method": "POST", "target": "/x", "path": "/x",
        "forwarded": "203.0.113.9", "referer": "https://a.example/", "duration": "1500", "user": "ada",
        "status": "201",
      ]
    ),
    (
      "traefik_json",
      #"{"ClientHost":"203.0.113.9","ClientUsername":"-","DownstreamStatus":404,"Duration":62120,"RequestMethod":"GET","RequestPath":"/a","RequestPort":"-","StartUTC":"2026-09-10T11:57:01.123456789Z","request_User-Agent":"x"}"#,
      [
        "time": "1789041421+123456789", "ip": "203.0.113.9", "method": "GET", "target": "/a", "path": "/a",
        "status": "404", "duration": "62", "agent": "x",
      ]
    ),
    (
      "json",
      #"{"timestamp":1789041421250,"clientip":"203.0.113.9","verb":"GET","url.original":"/a","response":"200"}"#,
      [
        "time": "1789041421+250000000", "ip": "203.0.113.9", "method": "GET", "target": "/a", "path": "/a",
        "status": "200",
      ]
    ),
    // goaccess#1747, Fastly, Envoy, Echo, Cloudflare.
    (
      "json",
      #"{"@timestamp":"2026-09-10T19:57:01+08:00","remote_addr":"203.0.113.9","http_status":"200","domain_http_host":"a.example","request":"GET /a HTTP/1.1","responsetime":"0.074"}"#,
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET", "request": "GET /a HTTP/1.1", "target": "/a",
        "path": "/a", "protocol": "HTTP/1.1", "status": "200", "host": "a.example", "duration": "74000",
      ]
    ),
    (
      "json",
      #"{"time_start":"2026-09-10T11:57:01+0000","client_ip":"203.0.113.9","url":"/a","request_method":"GET","request_protocol":"HTTP/2","request_referer":"https://r/","request_user_agent":"M","response_status":200,"response_body_size":12}"#,
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET", "target": "/a", "path": "/a",
        "protocol": "HTTP/2", "status": "200", "bytes": "12", "referer": "https://r/", "agent": "M",
      ]
    ),
    (
      "json",
      #"{"start_time":"2026-09-10T11:57:01.250Z","method":"GET","path":"/a","protocol":"HTTP/2","response_code":200,"bytes_sent":12,"duration":15,"authority":"a.example","downstream_remote_address":"203.0.113.9:1234"}"#,
      [
        "time": "1789041421+250000000", "ip": "203.0.113.9", "method": "GET", "target": "/a", "path": "/a",
        "protocol": "HTTP/2", "status": "200", "bytes": "12", "host": "a.example",
      ]
    ),
    (
      "json",
      #"{"time":"2026-09-10T11:57:01Z","remote_ip":"203.0.113.9","latency":1500000,"latency_human":"1.5ms","status":200,"uri":"/a","method":"GET","bytes_in":0,"bytes_out":12}"#,
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET", "target": "/a", "path": "/a", "status": "200",
        "bytes": "12", "duration": "1500",
      ]
    ),
    (
      "json",
      #"{"ClientIP":"203.0.113.9","ClientRequestHost":"a.example","ClientRequestMethod":"GET","ClientRequestPath":"/a","ClientRequestProtocol":"HTTP/2","ClientRequestReferer":"https://r/","ClientRequestURI":"/a?b=c","ClientRequestUserAgent":"M","EdgeEndTimestamp":1789041422000000000,"EdgeResponseBytes":12,"EdgeResponseStatus":200,"EdgeStartTimestamp":1789041421000000000,"RayID":"7c0"}"#,
      [
        "time": "1789041421", "ip": "203.0.113.9", "method": "GET", "target": "/a?b=c", "path": "/a", "query": "b=c",
        "protocol": "HTTP/2", "status": "200", "bytes": "12", "host": "a.example", "referer": "https://r/",
        "agent": "M", "request_id": "7c0",
      ]
    ),
  ])
  func presets(_ format: String, _ line: String, _ expected: [String: String]) throws {
    let reading = try read(line + "\n", with: weblog(format))
    #expect(reading.rejects == [])
    #expect(reading.records == [expected])
  }

  @Test(arguments: [
    ("nginx_json", #"{"remote_addr":"1.2.3.4"}"#, "R105 1 1 0 'time' is missing, which every record needs"),
    ("nginx_json", #"{"time_local":"yesterday or so"}"#, "R103 1 1 16 'time' is not a time: 'yesterday or so'"),
    ("nginx_json", #"{"msec":1789041421.250,"status":"OK"}"#, "R104 1 1 34 'status' is not a number: 'OK'"),
    ("nginx_json", #"{"msec":1789041421.250"#, "R121 1 1 23 the line ends within its JSON"),
    (
      "caddy", #"{"level":"info","ts":1789041421.25,"msg":"serving"}"#,
      "R105 1 1 0 'ip' is missing, which every record needs"
    ),
    (
      "nginx_json", #"{"log":"1.2.3.4 - - [10\/Sep","stream":"stdout","time":"2026-09-10T11:57:01Z"}"#,
      "R105 1 1 0 no field of a request has a value: neither address, target nor status"
    ),
    (
      "json", #"{"time":"2026-09-10T11:57:01Z","status":"-","agent":"x"}"#,
      "R105 1 1 0 no field of a request has a value: neither address, target nor status"
    ),
    ("caddy", #"{"ts":1,"request":{}}"#, "R103 1 1 7 'time' is not a time: '1'"),
  ])
  func linesThatAreNoRecords(_ format: String, _ line: String, _ reject: String) throws {
    #expect(try read(line + "\n", with: weblog(format)).rejects == [reject])
  }

  /// Plain numbers are Caddy's seconds and Traefik's nanoseconds; Go writes units.
  @Test(arguments: [
    ("caddy", "1.5ms", "1500"), ("traefik_json", "2m3.5s", "123500000"), ("traefik_json", "850µs", "850"),
    ("caddy", "0.000929675", "930"), ("traefik_json", "62120", "62"), ("caddy", "1.5e-3", "1500"),
    ("traefik_json", "ms", nil), ("traefik_json", "1.5 ms", nil), ("traefik_json", "-1", nil),
    ("traefik_json", "1x", nil), ("traefik_json", "1s2", nil),
  ])
  func durations(_ format: String, _ text: String, _ expected: String?) throws {
    let lines = [
      "caddy": #"{"ts":1789034221.25,"request":{"client_ip":"1.2.3.4","method":"GET"},"duration":"\#(text)"}"#,
      "traefik_json":
        #"{"StartUTC":"2026-09-10T11:57:01Z","RequestMethod":"GET","DownstreamStatus":200,"Duration":"\#(text)"}"#,
    ]
    let reading = try read(#require(lines[format]), with: weblog(format))
    #expect(reading.records.first?["duration"] == expected)
    #expect(reading.rejects.map { $0.prefix(4) } == (expected == nil ? ["R104"] : []))
  }
}
