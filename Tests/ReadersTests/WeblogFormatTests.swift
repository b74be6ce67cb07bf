import Pipeline
import Readers
import Testing

/// Format texts of servers, a line each, and the fields that come of it.
@Suite struct WeblogFormatTests {
  struct Sample: Sendable {
    var format: String
    var line: String
    var fields: [String: String]
    var more: [String: String] = [:]
  }

  static let samples: [Sample] = [
    // Apache
    Sample(
      format: #"%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\""#,
      line: #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 9 "-" "a""#,
      fields: ["ip": "1.2.3.4", "bytes": "9", "agent": "a"]),
    Sample(
      format: #"LogFormat "%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"" vhost_combined"#,
      line: #"h.example:80 1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 9 "-" "a""#,
      fields: ["host": "h.example", "port": "80", "bytes": "9"]),
    Sample(
      format: #"%a %{c}a %A %B %b %{sid}C %D %{HOME}e %f %h %H %{X-Foo}i %k %l %L %m %{n}n %{Content-Type}o"#,
      line: "1.1.1.1 2.2.2.2 3.3.3.3 10 - abc 250 /root /var/www host.example HTTP/1.1 foo 3 - id GET note text/html",
      fields: [
        "ip": "1.1.1.1", "connection_ip": "2.2.2.2", "server_ip": "3.3.3.3", "bytes": "10", "cookie_sid": "abc",
        "duration": "250", "env_home": "/root", "filename": "/var/www", "remote_host": "host.example",
        "protocol": "HTTP/1.1", "x_foo": "foo", "keepalive": "3", "log_id": "id", "method": "GET", "note_n": "note",
        "response_content_type": "text/html",
      ]),
    Sample(
      format: "%p %{remote}p %{local}p %P %{tid}P %q %R %s %T %{ms}T %u %U %v %V %X %I %S %{X-T}^ti %{X-T}^to",
      line: "443 50000 8443 17 99 ?a=b proxy 302 2 1500 bob /p h1 h2 + 100 300 t u",
      fields: [
        "port": "443", "remote_port": "50000", "local_port": "8443", "pid": "17", "tid": "99", "query": "a=b",
        "handler": "proxy", "status": "302", "duration": "2000000", "duration_ms": "1500000", "user": "bob",
        "path": "/p", "host": "h1", "server_name": "h2", "connection_status": "+", "bytes_received": "100",
        "bytes_total": "300", "trailer_x_t": "t", "response_trailer_x_t": "u",
      ]),
    Sample(
      format: #"%h %t "%m %U%q %H" %>s %<s %!200,304{Referer}i %400,501{User-Agent}i %%"#,
      line: #"h [10/Oct/2000:13:55:36 +0000] "GET /a b?c HTTP/1.0" 200 302 r some agent %"#,
      fields: [
        "method": "GET", "target": "/a b?c", "path": "/a b", "query": "c", "protocol": "HTTP/1.0", "status": "200",
        "original_status": "302", "referer": "r", "agent": "some agent",
      ]),
    // Addresses of version 6 have no brackets before a port.
    Sample(
      format: "%a:%{remote}p %t", line: "2001:db8::1:54321 [10/Oct/2000:13:55:36 +0000]",
      fields: ["ip": "2001:db8::1", "remote_port": "54321"]),
    Sample(
      format: "$realip_remote_addr:$realip_remote_port $remote_addr [$time_local]",
      line: "2001:db8::9:1234 203.0.113.9 [10/Oct/2000:13:55:36 +0000]",
      fields: ["realip_remote_addr": "2001:db8::9", "realip_remote_port": "1234", "ip": "203.0.113.9"]),
    Sample(
      format: "$remote_addr:$remote_port $server_addr:$server_port [$time_local]",
      line: "203.0.113.9:54321 [2001:db8::80]:443 [10/Oct/2000:13:55:36 +0000]",
      fields: ["ip": "203.0.113.9", "remote_port": "54321", "server_addr": "[2001:db8::80]", "port": "443"]),
    Sample(
      format: "$remote_addr [$time_local] $arg_port", line: "1.2.3.4 [10/Oct/2000:13:55:36 +0000] http",
      fields: ["arg_port": "http"]),
    // What may hold blanks has the rest of the line.
    Sample(
      format: "%h %t %>s %U", line: "h [10/Oct/2000:13:55:36 +0000] 200 /my file.pdf",
      fields: ["path": "/my file.pdf", "status": "200"]),
    Sample(
      format: "%h %t %{Content-Type}o", line: "h [10/Oct/2000:13:55:36 +0000] text/html; charset=utf-8  ",
      fields: ["response_content_type": "text/html; charset=utf-8"]),
    Sample(
      format: "$remote_addr [$time_local] $uri", line: "1.2.3.4 [10/Oct/2000:13:55:36 +0000] /my file.pdf",
      fields: ["path": "/my file.pdf"]),
    Sample(
      format: "%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t %h", line: "10/Oct/2000 13:55:36.250 -0700 h",
      fields: ["time": "971211336+250000000", "ip": "h"]),
    Sample(
      format: "%{%F %r}t %h", line: "2000-10-10 01:55:36 PM h", fields: ["time": "971186136"], more: ["zone": "UTC"]),
    Sample(
      format: "[%{%Y-%m-%d %H:%M:%S}t] %h", line: "[2000-07-10 13:55:36] h", fields: ["time": "963230136"],
      more: ["zone": "Europe/Warsaw"]),
    Sample(format: "%{sec}t %h", line: "971211336 h", fields: ["time": "971211336"]),
    Sample(format: "%{msec}t %h", line: "971211336250 h", fields: ["time": "971211336+250000000"]),
    Sample(format: "%{usec}t %h", line: "971211336250001 h", fields: ["time": "971211336+250001000"]),
    Sample(format: "%{sec}t.%{usec_frac}t %h", line: "971211336.000250 h", fields: ["time": "971211336+250000"]),
    Sample(format: "%{end:%s}t %h", line: "971211336 h", fields: ["time": "971211336"]),
    Sample(
      format: "%t %{end:%FT%T%z}t %h", line: "[10/Oct/2000:13:55:36 -0700] 2000-10-10T13:55:40-0700 h",
      fields: ["time": "971211336", "ip": "h"]),
    Sample(
      format: "%{%c %Z}t %h", line: "Tue Oct 10 13:55:36 2000 UTC h", fields: ["time": "971186136"],
      more: ["zone": "UTC"]),
    Sample(format: "%{%Y %j %T %z}t %h", line: "2000 284 13:55:36 +0000 h", fields: ["time": "971186136"]),
    Sample(
      format: #"%h "%{X-Forwarded-For}i" %t"#, line: #"h "1.1.1.1, 2.2.2.2" [10/Oct/2000:13:55:36 +0000]"#,
      fields: ["forwarded": "1.1.1.1, 2.2.2.2"]),
    Sample(
      format: "%{X-Forwarded-For}i %h %t", line: "1.1.1.1, 2.2.2.2 h [10/Oct/2000:13:55:36 +0000]",
      fields: ["forwarded": "1.1.1.1, 2.2.2.2", "ip": "h"]),
    Sample(
      format: "%h xff=%{X-Forwarded-For}i %t", line: "h xff=1.1.1.1 [10/Oct/2000:13:55:36 +0000]",
      fields: ["forwarded": "1.1.1.1"]),
    Sample(
      format: "%h %t %{X-Forwarded-For}i", line: "h [10/Oct/2000:13:55:36 +0000] 1.1.1.1, 2.2.2.2",
      fields: ["forwarded": "1.1.1.1, 2.2.2.2"]),
    Sample(format: "%h\\t%t\\t%s", line: "h\t[10/Oct/2000:13:55:36 +0000]\t200", fields: ["status": "200"]),
    Sample(
      format: "%h %{SSL_PROTOCOL}x %{Foo}i %{foo}i", line: "h TLSv1.3 a b",
      fields: ["ssl_protocol": "TLSv1.3", "foo": "a", "header_foo": "b"]),
    Sample(
      format: "%h %t %r %>s", line: "h [10/Oct/2000:13:55:36] GET /a b HTTP/1.1 200",
      fields: ["target": "/a b", "status": "200", "time": "971178936"], more: ["zone": "Europe/Warsaw"]),
    Sample(
      format: "%h %r %>s %t", line: "h - 408 [10/Oct/2000:13:55:36 +0000]", fields: ["status": "408"]),
    // nginx
    Sample(
      format:
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for""#,
      line: #"1.2.3.4 - bob [10/Oct/2000:13:55:36 +0000] "GET /?\x22 HTTP/2.0" 200 5 "-" "a\x22" "1.1.1.1, 2.2.2.2""#,
      fields: ["user": "bob", "query": "\"", "agent": "a\"", "forwarded": "1.1.1.1, 2.2.2.2", "bytes": "5"]),
    Sample(
      format:
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id"#,
      line:
        #"1.2.3.4 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/2.0" 200 5 "-" "a" 120 0.255 [ns-app-80] [] 10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80 0, 5 : 7 0.1, 0.2 : 0.3 502, 200 : 200 abc"#,
      fields: [
        "request_length": "120", "duration": "255000", "proxy_upstream_name": "ns-app-80",
        "upstream_addr": "10.0.0.1:80, 10.0.0.2:80 : 10.0.0.3:80", "upstream_response_length": "0, 5 : 7",
        "upstream_response_time": "0.1, 0.2 : 0.3", "upstream_status": "502, 200 : 200", "req_id": "abc",
      ]),
    Sample(
      format:
        "log_format main escape=json '{\"t\":\"$time_iso8601\",'\n '\"ip\":\"$remote_addr\",\"s\":$status,\"ua\":\"$http_user_agent\",\"u\":\"$request_uri\"}';",
      line: #"{"t":"2000-10-10T13:55:36-07:00","ip":"1.2.3.4","s":200,"ua":"a\"b\u00e9\ud83d\ude00\/\n","u":"/x?y"}"#,
      fields: [
        "time": "971211336", "ip": "1.2.3.4", "status": "200", "agent": "a\"bé😀/\n", "target": "/x?y", "path": "/x",
        "query": "y",
      ]),
    Sample(
      format:
        "$msec ${remote_addr} $request_method $uri$is_args$args $server_protocol $status $host $cookie_sid $sent_http_etag $arg_q $http_x_foo",
      line: "971211336.250 1.2.3.4 GET /a?b HTTP/1.1 200 h.example s e q f",
      fields: [
        "time": "971211336+250000000", "method": "GET", "path": "/a", "query": "b", "protocol": "HTTP/1.1",
        "host": "h.example", "cookie_sid": "s", "response_etag": "e", "arg_q": "q", "x_foo": "f",
      ]),
    Sample(
      format: #"$remote_addr [$time_local] "$request" "$request_uri" "$uri" $request_method $host:$server_port"#,
      line: #"1.2.3.4 [10/Oct/2000:13:55:36 +0000] "GET /a?b HTTP/1.1" "/a?b" "/i" GET h.example:81"#,
      fields: [
        "target": "/a?b", "request_uri": "/a?b", "uri": "/i", "request_method": "GET", "host": "h.example",
        "port": "81",
      ]),
    // A host ends at the slash of its target.
    Sample(
      format: #"$remote_addr [$time_local] "$request_method $scheme://$host$request_uri $server_protocol" $status"#,
      line: #"1.2.3.4 [10/Oct/2000:13:55:36 +0000] "GET https://h.example/a/b?c HTTP/1.1" 200"#,
      fields: [
        "method": "GET", "scheme": "https", "host": "h.example", "target": "/a/b?c", "path": "/a/b", "query": "c",
        "protocol": "HTTP/1.1", "status": "200",
      ]),
    Sample(
      format: #"$remote_addr [$time_local] $http_host:$server_port$uri $status"#,
      line: "1.2.3.4 [10/Oct/2000:13:55:36 +0000] h.example:81/a 200",
      fields: ["host": "h.example", "port": "81", "path": "/a", "status": "200"]),
    Sample(
      format: #"%h %t "%v%U%q" %s"#, line: #"1.2.3.4 [10/Oct/2000:13:55:36 +0000] "h.example/a?b" 200"#,
      fields: ["host": "h.example", "target": "/a?b", "path": "/a", "query": "b", "status": "200"]),
    Sample(
      format: #"$remote_addr [$time_local] $status "$host$request_uri""#,
      line: #"1.2.3.4 [10/Oct/2000:13:55:36 +0000] 400 "h.example-""#, fields: ["host": "h.example", "status": "400"]),
    Sample(
      format: #"$remote_addr [$time_local] "$host$request_uri" $status"#,
      line: #"1.2.3.4 [10/Oct/2000:13:55:36 +0000] "h.example*" 200"#,
      fields: ["host": "h.example", "target": "*", "status": "200"]),
    Sample(
      format: #"$remote_addr "$request_body" $time_iso8601"#, line: #"1.2.3.4 "a\x22 b\" 2000-10-10T13:55:36Z"#,
      fields: ["request_body": #"a\x22 b\"#, "time": "971186136"], more: ["escape": "none"]),
  ]

  @Test(arguments: samples) func fields(_ sample: Sample) throws {
    let span = SourceSpan(line: 1, column: 1)
    let entries = (["reader": "weblog", "format": sample.format].merging(sample.more) { $1 }).map {
      ConfigEntry(
        key: $0.key, keySpan: span, value: .scalar(ConfigScalar(text: $0.value, style: .literal, span: span)))
    }
    let reader = try ReaderCatalogue.make(settings: .map(entries, span), file: "x")
    let reading = try read(sample.line + "\n", with: reader)
    #expect(reading.rejects == [])
    let record = try #require(reading.records.first)
    for (name, value) in sample.fields { #expect(record[name] == value, "\(name)") }
    #expect(Set(reader.schema.fields.map(\.name)).count == reader.schema.fields.count)
  }

  /// Settings that are wrong, and the findings.
  static let wrong: [([String: String], String, String)] = [
    (["reader": "weblgo"], "M302", "did you mean 'weblog'?"),
    ([:], "M301", "add `reader:` with one of: " + ReaderCatalogue.entries.map(\.name).joined(separator: ", ")),
    (
      ["reader": "weblog", "format": "combind"], "M305",
      "did you mean 'combined'?"
    ),
    (["reader": "weblog", "format": "%h %y"], "M306", "use a directive of Apache's mod_log_config"),
    (["reader": "weblog", "format": "%h%u %t"], "M306", "put a blank, a quote or another separator between them"),
    (
      ["reader": "weblog", "format": "$time_iso8601 $host$status"], "M306",
      "put a blank, a quote or another separator between them"
    ),
    (["reader": "weblog", "format": "%h %{%Q}t"], "M306", "use %d %b %Y %m %y %H %I %M %S %p %T %D %F %R %j %e %z %s"),
    (["reader": "weblog", "format": "%h %{%H:%M}t"], "M306", "log %t, or day, month, year and time of day together"),
    (
      ["reader": "weblog", "format": "%h %{%F %T}t"], "M307",
      "add `zone:` with the server's zone, such as Europe/Warsaw or UTC, or log %z"
    ),
    (
      ["reader": "weblog", "format": "combined", "zone": "Mars/X"], "M304", "write a name such as Europe/Warsaw or UTC"
    ),
    (
      ["reader": "weblog", "format": "combined", "ambiguous": "latr"], "M304",
      "did you mean 'later'?"
    ),
    (
      ["reader": "weblog", "format": "combined", "misssing": "x"], "M303",
      "did you mean 'missing'?"
    ),
    (["reader": "weblog", "format": "combined", "time": "when"], "M304", "write `time: time`, or nothing"),
    (["reader": "weblog"], "M304", "write `format: combined` or a LogFormat text"),
    (["reader": "weblog", "format": "%h %{x"], "M306", "close the argument with '}'"),
    (["reader": "weblog", "format": "$remote_addr ${x"], "M306", "write $name or ${name}"),
  ]

  @Test(arguments: wrong) func finding(_ pairs: [String: String], _ code: String, _ remedy: String) throws {
    let span = SourceSpan(line: 3, column: 9)
    let entries = pairs.map {
      ConfigEntry(key: $0.key, keySpan: span, value: .scalar(ConfigScalar(text: $0.value, style: .plain, span: span)))
    }
    let found = #expect(throws: Diagnostics.self) {
      try ReaderCatalogue.make(settings: .map(entries, span), file: "m.yaml")
    }
    #expect(found?.all.map(\.code) == [code])
    #expect(found?.all.map(\.remedy) == [remedy])
    #expect(found?.all.first?.span?.line == 3 && found?.all.first?.file == "m.yaml")
  }

  @Test func timesOutOfRange() throws {
    for (format, line) in [
      ("$msec $remote_addr", "999999999999999999 h"), ("%{sec}t %h", "253402300800 h"), ("%{%s}t %h", "999999999999 h"),
      ("%{%FT%T%z}t %h", "0001-01-01T00:00:00+0100 h"), ("%t %h", "[01/Jan/0001:00:00:00 +0100] h"),
      ("$time_iso8601 $remote_addr", "2000-13-01T00:00:00Z h"), ("%{%F %T %z}t %h", "2001-02-29 00:00:00 +0000 h"),
    ] {
      let reading = try read(line, with: weblog(format))
      #expect(reading.records == [])
      #expect(reading.rejects.map { $0.prefix(4) } == ["R103"])
    }
  }

  /// In formats of text a plus is no sign, seconds with a fraction have none at all, and at most twelve digits before it.
  @Test(arguments: [
    ("%b %t", "5", "5"), ("%b %t", "-5", "-5"), ("%b %t", "+5", nil), ("%D %t", "5", "5"), ("%D %t", "+5", nil),
    ("%{ms}T %t", "5", "5000"), ("%{ms}T %t", "+5", nil), ("%v:%p %t", "h:80", "80"), ("%v:%p %t", "h:+80", nil),
    ("$request_time [$time_local]", "5", "5000000"), ("$request_time [$time_local]", "0.0000019", "1"),
    ("$request_time [$time_local]", "999999999999.5", "999999999999500000"),
    ("$request_time [$time_local]", "1000000000000", nil), ("$request_time [$time_local]", "+5", nil),
    ("$request_time [$time_local]", "-5", nil), ("$request_time [$time_local]", "-0", nil),
    ("$request_time [$time_local]", "5.", nil), ("$request_time [$time_local]", ".5", nil),
  ])
  func numbersAndSigns(_ format: String, _ text: String, _ expected: String?) throws {
    let reading = try read("\(text) [10/Oct/2000:13:55:36 +0000]\n", with: weblog(format))
    let record = reading.records.first
    #expect((record?["bytes"] ?? record?["duration"] ?? record?["port"]) == expected)
    #expect(reading.rejects.map { $0.prefix(4) } == (expected == nil ? ["R104"] : []))
  }

  @Test func ambiguousHour() throws {
    let line = "2023-10-29 02:30:00 h\n"
    for (policy, expected) in [("earlier", "1698539400"), ("later", "1698543000"), ("reject", nil as String?)] {
      let reader = try weblog("%{%F %T}t %h", ["zone": "Europe/Warsaw", "ambiguous": policy])
      let reading = try read(line, with: reader)
      #expect(reading.records.first?["time"] == expected)
      #expect(reading.rejects.isEmpty == (expected != nil))
    }
  }
}
