import Pipeline
import Readers

/// The formats that the first byte picks from. New ones go to the end, so that the seeds keep their meaning.
enum Formats {
  private static let settings: [KeyValuePairs<String, String>] = [
    ["format": "combined"],
    ["format": "common"],
    ["format": "vhost_combined"],
    ["format": "vhost_common"],
    ["format": #"%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i""#],
    ["format": #"%h %{%Y-%m-%d %H:%M:%S}t %m %U%q %H %>s %b %D %T"#, "zone": "Europe/Warsaw"],
    ["format": #"%{sec}t.%{msec_frac}t %a "%r" %s "%{X-Forwarded-For}i" %{User-Agent}i"#],
    [
      "format":
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for" $request_time"#
    ],
    [
      "format":
        #"{"time":"$time_iso8601","ip":"$remote_addr","request":"$request","status":$status,"bytes":$bytes_sent,"agent":"$http_user_agent"}"#,
      "escape": "json",
    ],
    ["format": #"$msec $remote_addr $request_method $request_uri $status $upstream_response_time"#],
    ["format": #"$time_local $host $uri $args "$http_user_agent""#, "escape": "none", "zone": "UTC"],
    ["format": "iis"],
    ["format": "w3c", "columns": "time c-ip cs-uri cs(X-Foo)"],
    ["format": "incapsula", "zone": "Europe/Warsaw", "ambiguous": "reject"],
    ["format": "shoutcast"],
    ["format": "cloudfront"],
    ["format": "s3"],
    ["format": "alb"],
    ["format": "elb"],
    ["format": "gcs"],
    ["format": "bunny"],
    ["format": "squid"],
    ["format": "haproxy_http", "zone": "Europe/Warsaw"],
    ["format": "haproxy_tcp", "zone": "UTC"],
    ["format": "nginx_main", "trusted": "private"],
    ["format": "traefik", "prefix": "syslog"],
    ["format": "ingress_nginx", "prefix": "cri"],
  ]

  static let readers: [any Reader] = settings.map { pairs in
    let span = SourceSpan(line: 1, column: 1)
    let entries = ([("reader", "weblog")] + pairs.map { ($0.key, $0.value) }).map {
      ConfigEntry(
        key: $0.0, keySpan: span,
        value: .scalar(ConfigScalar(text: $0.1, style: .singleQuoted, span: span)))
    }
    do throws(Diagnostics) {
      return try ReaderCatalogue.make(settings: .map(entries, span), file: "fuzz")
    } catch {
      fatalError("\(pairs): \(error.all.map(\.message))")
    }
  }
}
