internal import Pipeline

/// Where a JSON log keeps what access logs have: for each field the paths under which servers write it, the first that
/// has a value counts.
struct JSONLogLayout: Sendable {
  struct Column: Sendable {
    enum Kind: Sendable, Equatable {
      case text, int
      /// A text, or an array of texts, which are joined by commas as header lines of one name are (RFC 9110 §5.3).
      case list
      /// An address, perhaps with a port, which is left out.
      case address
      /// A number of units of so many nanoseconds, or a text such as `1.5ms`; as microseconds.
      case duration(Int64)
      /// ISO 8601, the common log format's time, or a number since 1970 in whatever unit fits its size.
      case time
      /// `GET /path HTTP/1.1`.
      case request
      /// A path with or without a query.
      case target
      /// A query, perhaps with its question mark.
      case query
    }

    var name: String
    var kind: Kind
    var paths: [String]
    var summary: String
    var isRequired: Bool
    /// Says what the server made of the request, and only counts where nothing says what was asked for: neither a request
    /// line nor a column of the same name before it.
    var isSecondary: Bool

    init(
      _ name: String, _ kind: Kind, _ paths: [String], _ summary: String, required: Bool = false,
      secondary: Bool = false
    ) {
      self.name = name
      self.kind = kind
      self.paths = paths
      self.summary = summary
      isRequired = required
      isSecondary = secondary
    }
  }

  var columns: [Column]

  /// Whether no field but the time is required, so that a line has to show by one of these that it is of a request.
  var hasToTell: Bool { !columns.contains { $0.isRequired && $0.kind != .time } }
  static let telling: Set = ["ip", "request", "method", "target", "path", "status"]

  /// Fields that are parts of a column, too: where they have no column of their own, or it has no value.
  func parts(of column: String) -> [RequestPart] {
    switch column {
    case "request": RequestPart.allCases
    case "target": RequestPart.ofTarget
    default: []
    }
  }

  var schemaFields: [Schema.Field] {
    // A secondary column may stand behind a first one of its name.
    var taken: Set<String> = []
    let own = columns.filter { taken.insert($0.name).inserted }.map { column in
      let type: FieldType =
        switch column.kind {
        case .int, .duration: .int
        case .time: .timestamp
        default: .string
        }
      return Schema.Field(column.name, type, optional: !column.isRequired, column.summary)
    }
    let names = columns.map(\.name)
    let parts = RequestPart.allCases.filter { part in
      !names.contains(part.name) && names.contains { self.parts(of: $0).contains(part) }
    }
    return own + parts.map { Schema.Field($0.name, .string, optional: true, $0.summary) }
  }
}

extension JSONLogLayout {
  /// nginx with `escape=json` or without, under the names of its variables.
  static let nginx = JSONLogLayout(columns: [
    Column(
      "time", .time, ["time_iso8601", "time_local", "msec", "time", "timestamp", "@timestamp"], "end of the request",
      required: true),
    Column("ip", .address, ["remote_addr", "clientip", "client_ip"], "client's address"),
    Column("user", .text, ["remote_user", "user"], "user"),
    Column("request", .request, ["request"], "request line"),
    Column("method", .text, ["request_method", "method"], "method of the request"),
    Column("target", .target, ["request_uri"], "target of the request"),
    // Decoded, rewritten and without its query.
    Column("target", .target, ["uri"], "target of the request", secondary: true),
    Column("query", .query, ["args", "query_string"], "query", secondary: true),
    Column("protocol", .text, ["server_protocol", "protocol"], "protocol"),
    Column("status", .int, ["status"], "status of the response"),
    Column("bytes", .int, ["body_bytes_sent", "bytes_sent", "bytes"], "bytes of the response"),
    Column(
      "referer", .text, ["http_referer", "http_referrer", "referer", "referrer"],
      "page that linked here, as the client said"),
    Column("agent", .text, ["http_user_agent", "user_agent", "agent"], "client's program, as it said"),
    Column("host", .text, ["http_host", "host", "server_name"], "host that the client asked for"),
    Column("port", .int, ["server_port"], "server's port"),
    Column("forwarded", .list, ["http_x_forwarded_for", "x_forwarded_for"], "addresses that proxies noted"),
    Column("duration", .duration(1_000_000_000), ["request_time"], "time to serve the request in microseconds"),
    Column("request_id", .text, ["request_id", "req_id"], "id of the request"),
  ])

  /// Caddy 2 (`log` with the JSON encoder), all its versions.
  static let caddy = JSONLogLayout(columns: [
    Column("time", .time, ["ts", "time", "timestamp"], "end of the request", required: true),
    Column(
      "ip", .address, ["request.client_ip", "request.remote_ip", "request.remote_addr"], "client's address",
      required: true),
    Column("user", .text, ["user_id"], "user"),
    Column("method", .text, ["request.method"], "method of the request", required: true),
    Column("target", .target, ["request.uri"], "target of the request"),
    Column("protocol", .text, ["request.proto"], "protocol"),
    Column("status", .int, ["status"], "status of the response"),
    Column("bytes", .int, ["size"], "bytes of the response"),
    Column(
      "referer", .text, ["request.headers.Referer[0]", "request.headers.Referer"],
      "page that linked here, as the client said"),
    Column(
      "agent", .text, ["request.headers[\"User-Agent\"][0]", "request.headers[\"User-Agent\"]"],
      "client's program, as it said"),
    Column("host", .text, ["request.host"], "host that the client asked for"),
    Column(
      "forwarded", .list, ["request.headers[\"X-Forwarded-For\"]"], "addresses that proxies noted"),
    Column("duration", .duration(1_000_000_000), ["duration", "latency"], "time to serve the request in microseconds"),
    Column("logger", .text, ["logger"], "Caddy's logger"),
  ])

  /// Traefik's `accessLog` with `format: json`.
  static let traefik = JSONLogLayout(columns: [
    Column("time", .time, ["StartUTC", "StartLocal", "time"], "start of the request", required: true),
    Column("ip", .address, ["ClientHost", "ClientAddr"], "client's address"),
    Column("user", .text, ["ClientUsername"], "user"),
    Column("method", .text, ["RequestMethod"], "method of the request", required: true),
    Column("target", .target, ["RequestPath"], "target of the request"),
    Column("protocol", .text, ["RequestProtocol"], "protocol"),
    Column("status", .int, ["DownstreamStatus", "OriginStatus"], "status of the response"),
    Column("bytes", .int, ["DownstreamContentSize", "OriginContentSize"], "bytes of the response"),
    Column("referer", .text, ["request_Referer"], "page that linked here, as the client said"),
    Column("agent", .text, ["request_User-Agent"], "client's program, as it said"),
    Column("host", .text, ["RequestHost", "RequestAddr"], "host that the client asked for"),
    Column("port", .int, ["RequestPort"], "port that the client asked for"),
    Column("forwarded", .text, ["request_X-Forwarded-For"], "addresses that proxies noted"),
    Column("duration", .duration(1), ["Duration"], "time to serve the request in microseconds"),
    Column("router", .text, ["RouterName"], "Traefik's router"),
    Column("service", .text, ["ServiceName"], "Traefik's service"),
  ])

  /// Any other: the names that servers, collectors and schemas use (nginx, Caddy, Traefik, Apache as JSON, ECS, GELF, Envoy,
  /// Fastly, Cloudflare's Logpush, Echo). Names whose unit is everyone's own, such as `duration` and `latency`, are not
  /// among them.
  static let any: JSONLogLayout = {
    let more: [String: [String]] = [
      "time": [
        "@timestamp", "datetime", "date", "start_time", "timeLocal", "requestTime", "time_start", "EdgeStartTimestamp",
        "EdgeEndTimestamp",
      ],
      "ip": [
        "client.ip", "source.ip", "clientIp", "remoteAddr", "remote_ip", "remoteIp", "remoteIP", "ip", "RemoteAddr",
        "remote_host", "x_client_ip", "downstream_remote_address", "ClientIP",
      ],
      "user": ["user.name", "user_name", "username", "remoteUser"],
      "request": ["request_line", "requestLine", "RequestLine"],
      "method": [
        "http.request.method", "http_method", "verb", "httpMethod", "requestMethod", "ClientRequestMethod",
      ],
      "target": [
        "url.original", "path", "url", "requestUrl", "request_path", "requestUri", "ClientRequestURI",
        "ClientRequestPath",
      ],
      "query": ["url.query", "query", "queryString"],
      "protocol": [
        "proto", "http_version", "httpversion", "httpVersion", "request_protocol", "ClientRequestProtocol",
      ],
      "status": [
        "http.response.status_code", "status_code", "response_code", "statusCode", "code", "response", "http_status",
        "response_status", "EdgeResponseStatus",
      ],
      "bytes": [
        "http.response.body.bytes", "response_size", "responseSize", "body_bytes", "bytesSent", "bytes_out",
        "response_body_size", "EdgeResponseBodyBytes", "EdgeResponseBytes",
      ],
      "referer": [
        "http.request.referrer", "httpReferer", "Referer", "referer_url", "request_referer", "ClientRequestReferer",
      ],
      "agent": [
        "user_agent.original", "userAgent", "useragent", "User-Agent", "http_useragent", "request_user_agent",
        "ClientRequestUserAgent",
      ],
      "host": ["url.domain", "vhost", "domain", "server", "domain_http_host", "authority", "ClientRequestHost"],
      "port": ["server.port", "port"],
      "forwarded": ["forwarded_for", "xff", "X-Forwarded-For", "forwarded"],
      // Seconds as nginx has them, and Go's text with its unit.
      "duration": ["responsetime", "latency_human"],
      "request_id": ["RayID"],
    ]
    var columns: [Column] = []
    for template in JSONLogLayout.nginx.columns {
      var column = template
      if column.name == "target", !column.isSecondary {
        columns.append(column)
        continue
      }
      for layout in [JSONLogLayout.caddy, .traefik] where column.name != "duration" {
        column.paths += layout.columns.first { $0.name == column.name }?.paths ?? []
      }
      column.paths += more[column.name] ?? []
      // A plain key may have dots, too: collectors flatten nested ones.
      columns.append(column)
    }
    // ECS may have the parts without the whole.
    columns.append(Column("path", .text, ["url.path"], "path without query"))
    return JSONLogLayout(columns: columns)
  }()
}
