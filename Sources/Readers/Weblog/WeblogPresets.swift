/// The presets there are. A new one is a row; where two read the same lines equally well, the first is preferred.
extension WeblogPreset {
  private static let apache = "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html"
  private static let aws = "https://docs.aws.amazon.com/"

  static let all: [WeblogPreset] = [
    WeblogPreset(
      name: "combined", summary: "common with referer and agent, the default of nginx; Apache's combined",
      source: apache,
      sample: #"""
        203.0.113.9 - ada [10/Sep/2026:13:57:01 +0200] "GET /search?q=red%20shoes HTTP/1.1" 200 912 "https://www.example.com/" "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
        """#,
      shape: .text(#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#)),
    WeblogPreset(
      name: "common", summary: "common log format, without referer and agent", source: apache,
      sample: #"""
        203.0.113.9 - - [10/Sep/2026:13:57:01 +0200] "GET /search?q=red%20shoes HTTP/1.1" 200 912
        """#,
      shape: .text(#"%h %l %u %t "%r" %>s %b"#)),
    WeblogPreset(
      name: "vhost_combined", summary: "combined behind host or host:port", source: apache,
      sample: #"""
        www.example.com:443 203.0.113.9 - - [10/Sep/2026:13:57:01 +0200] "GET / HTTP/2.0" 200 912 "-" "Mozilla/5.0 Firefox/130.0"
        """#,
      shape: .text(#"%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#)),
    WeblogPreset(
      name: "vhost_common", summary: "common behind host or host:port", source: apache,
      sample: #"""
        [2001:db8::80]:8080 203.0.113.9 - - [10/Sep/2026:13:57:01 +0200] "GET / HTTP/1.1" 200 912
        """#,
      shape: .text(#"%v:%p %h %l %u %t "%r" %>s %b"#)),
    WeblogPreset(
      name: "combinedio", summary: "combined with bytes received and sent (mod_logio)",
      source: "https://httpd.apache.org/docs/2.4/mod/mod_logio.html",
      sample: #"""
        203.0.113.9 - - [10/Sep/2026:13:57:01 +0200] "GET / HTTP/1.1" 200 912 "-" "Mozilla/5.0 Firefox/130.0" 431 1204
        """#,
      proof: .traffic,
      shape: .text(#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %I %O"#)),
    WeblogPreset(
      name: "nginx_main", summary: "combined with X-Forwarded-For, nginx.conf's main",
      source: "https://nginx.org/en/docs/http/ngx_http_log_module.html",
      sample: #"""
        10.0.0.5 - - [10/Sep/2026:13:57:01 +0200] "GET / HTTP/1.1" 200 912 "-" "Mozilla/5.0 Firefox/130.0" "203.0.113.9, 10.0.0.7"
        """#,
      proof: .proxies,
      shape: .text(
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for""#
      )),
    WeblogPreset(
      name: "ingress_nginx", summary: "Kubernetes ingress-nginx with its upstreams",
      source: "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/",
      sample: #"""
        203.0.113.9 - - [10/Sep/2026:11:57:01 +0000] "GET /cart HTTP/2.0" 200 612 "https://shop.example.com/" "Mozilla/5.0 Firefox/130.0" 38 0.255 [shop-web-80] [] 10.1.2.3:8080, 10.1.2.4:8080 0, 612 0.250, 0.005 502, 200 3f6d1ca5a2b9f7e1
        """#,
      shape: .text(
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id"#
      )),
    WeblogPreset(
      name: "ingress_nginx_legacy",
      summary: "ingress-nginx before 0.25: the client's address again in brackets; upstreams are passed over",
      source: "https://github.com/kubernetes/ingress-nginx/pull/3063",
      sample: #"""
        10.240.0.5 - [203.0.113.9, 10.240.0.5] - ada [10/Sep/2026:11:57:01 +0000] "GET /cart HTTP/2.0" 200 612 "https://shop.example.com/" "Mozilla/5.0 Firefox/130.0" 38 0.255 [shop-web-80] 10.1.2.3:8080, 10.1.2.4:8080 0, 612 0.250, 0.005 502, 200 3f6d1ca5a2b9f7e1
        """#,
      shape: .text(
        #"$remote_addr - [$http_x_forwarded_for] - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name]"#
      )),
    WeblogPreset(
      name: "traefik", summary: "Traefik's common log format with router, server and duration",
      source: "https://doc.traefik.io/traefik/observability/access-logs/",
      sample: #"""
        203.0.113.9 - - [10/Sep/2026:11:57:01 +0000] "GET /cart HTTP/2.0" 200 368 "-" "Mozilla/5.0 Firefox/130.0" 3180 "shop@docker" "http://172.19.0.4:80" 29ms
        """#,
      shape: .text(
        #"%h - %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %{request_count}n "%{router}n" "%{server_url}n" %{ms}Tms"#
      )),
    WeblogPreset(
      name: "jetty", summary: "Jetty's extended NCSA format",
      source: "https://jetty.org/docs/jetty/12/operations-guide/modules/standard.html",
      sample: #"""
        203.0.113.9 - ada [10/Sep/2026:11:57:01 +0000] "GET /app/ HTTP/1.1" 200 2326 "https://www.example.com/" "Mozilla/5.0 Firefox/130.0"
        """#,
      shape: .text(#"%a - %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i""#)),
    WeblogPreset(
      name: "varnish", summary: "varnishncsa: combined with the whole URL in the request",
      source: "https://varnish-cache.org/docs/trunk/reference/varnishncsa.html",
      sample: #"""
        203.0.113.9 - - [10/Sep/2026:11:57:01 +0000] "GET http://www.example.com/news?page=2 HTTP/1.1" 200 5120 "-" "Mozilla/5.0 Firefox/130.0"
        """#,
      shape: .text(#"%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i""#)),
    WeblogPreset(
      name: "icecast", summary: "Icecast 2: combined with the seconds of the connection",
      source: "https://icecast.org/docs/icecast-2.4.1/config-file.html",
      sample: #"""
        203.0.113.9 - - [10/Sep/2026:11:57:01 +0000] "GET /live.mp3 HTTP/1.1" 200 19875022 "-" "VLC/3.0.20 LibVLC/3.0.20" 1242
        """#,
      proof: .listening,
      shape: .text(#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %T"#)),
    WeblogPreset(
      name: "gandi", summary: "Gandi web hosting: host first, seconds in parentheses",
      source: "https://github.com/matomo-org/matomo-log-analytics",
      sample: #"""
        www.example.com 203.0.113.9 - - [10/Sep/2026:11:57:01 +0000] (0 s) "GET / HTTP/1.1" 200 1124 "-" "Mozilla/5.0 Firefox/130.0"
        """#,
      shape: .text(#"%v %h %l %u %t (%T s) "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#)),
    WeblogPreset(
      name: "ovh", summary: "OVH web hosting and lighttpd: combined with the host in the second place",
      source: "https://redmine.lighttpd.net/projects/1/wiki/Docs_ModAccesslog",
      sample: #"""
        203.0.113.9 www.example.com - [10/Sep/2026:13:57:01 +0200] "GET / HTTP/1.1" 200 368 "-" "Mozilla/5.0 Firefox/130.0"
        """#,
      shape: .text(#"%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#)),
    WeblogPreset(
      name: "w3c", summary: "W3C extended log file format, columns from #Fields; time-taken in seconds",
      source: "https://www.w3.org/TR/WD-logfile.html",
      sample: """
        #Version: 1.0
        #Date: 10-Sep-2026 00:00:00
        #Fields: time c-ip cs-method cs-uri sc-status
        00:34:23 203.0.113.9 GET /foo/bar.html?a=b 200
        12:21:16 203.0.113.9 GET /foo/bar.html 304
        """,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.white, isRun: true, hasDoubledQuotes: true, hasDirectives: true, columns: [],
          vocabulary: W3CVocabulary.columns(timeTaken: .seconds)))),
    WeblogPreset(
      name: "iis", summary: "IIS in W3C extended format, columns from #Fields; time-taken in milliseconds",
      source: "https://learn.microsoft.com/en-us/windows/win32/http/w3c-logging",
      sample: """
        #Software: Microsoft Internet Information Services 10.0
        #Version: 1.0
        #Date: 2026-09-10 11:56:58
        #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken
        2026-09-10 11:57:01 10.0.0.4 GET /products/list.aspx category=shoes&page=2 443 - 203.0.113.9 Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+Firefox/130.0 https://www.example.com/ 200 0 0 46
        """,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.white, isRun: true, hasDoubledQuotes: true, hasDirectives: true,
          software: ["Microsoft", "IIS"], columns: [],
          vocabulary: W3CVocabulary.columns(timeTaken: .micros(1000))))),
    WeblogPreset(
      name: "netscaler", summary: "Citrix NetScaler in W3C extended format; time-taken in seconds",
      source: "https://docs.netscaler.com/en-us/citrix-adc/current-release/system/web-server-logging.html",
      sample: """
        #Version: 1.0
        #Software: Netscaler Web Logging(NSWL)
        #Date: 2026-09-10 11:56:58
        #Fields: date time c-ip cs-username sc-servicename s-ip s-port cs-method cs-uri-stem cs-uri-query sc-status cs-bytes sc-bytes time-taken cs-version cs(User-Agent) cs(Cookie) cs(Referer)
        2026-09-10 11:57:01 203.0.113.9 - HTTP 10.0.0.4 80 GET /index.html - 200 431 1204 0 HTTP/1.1 Mozilla/5.0+Firefox/130.0 - -
        """,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.white, isRun: true, hasDoubledQuotes: true, hasDirectives: true,
          software: ["Netscaler"], columns: [],
          vocabulary: W3CVocabulary.columns(
            timeTaken: .seconds,
            before: [
              LogColumn("sc-bytes", .int, "bytes", "bytes sent to the client"),
              LogColumn("sc-servicename", .text, "service", "service, always HTTP"),
            ])))),
    WeblogPreset(
      name: "incapsula", summary: "Imperva Incapsula in W3C extended format, values in quotes",
      source: "https://docs.imperva.com/bundle/cloud-application-security/page/more/log-configuration.htm",
      sample: """
        #Software: Incapsula LOGS API
        #Version: 1.1
        #Date: 10/Sep/2026 11:56:58
        #Fields: date time cs-vid cs-clapp c-ip cs(User-Agent) cs-sessionid s-computername cs-uri cs-version sc-action cs(Referrer) s-ip s-port cs-method cs-uri-query sc-status s-xff cs-bytes
        "2026-09-10" "11:57:01" "a1f36498-c34a-45b9-b3a5-ee0bd00f91b6" "Firefox" "203.0.113.9" "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0" "452000660051880893" "www.example.com" "www.example.com/page.php" "HTTP" "REQ_PASSED" "" "198.51.100.4" "80" "GET" "variable=test" "200" "203.0.113.9" "10117"
        """,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.white, isRun: true, hasDoubledQuotes: true, hasDirectives: true,
          software: ["Incapsula"], columns: [],
          vocabulary: W3CVocabulary.columns(
            timeTaken: .seconds,
            before: [
              LogColumn("cs-uri", .hostPath, "uri", "host and path of the request"),
              LogColumn("cs(User-Agent)", .text, "agent", "client's program, as it said"),
              LogColumn("s-computername", .text, "host", "host that the client asked for"),
              LogColumn("s-xff", .text, "forwarded", "addresses that proxies noted"),
              LogColumn("cs-bytes", .int, "bytes", "bytes of the request and the answer"),
            ])))),
    WeblogPreset(
      name: "shoutcast", summary: "SHOUTcast server in W3C extended format, one line a listener",
      source: "http://www.streamsolutions.co.uk/help/server_controls/logging_information",
      sample: """
        #Software: SHOUTcast
        #Version: 2.4.7.256
        #Fields: c-ip c-dns date time cs-uri-stem c-status cs(User-Agent) sc-bytes x-duration avgbandwidth
        203.0.113.9 203.0.113.9 2026-09-10 11:57:01 /stream?title=Evening%20News 200 WinampMPEG%2F5%2E1 13227794 811 130480
        """,
      shape: .columns(
        ColumnLayout(
          // Two blanks stand for an agent that there is not.
          separator: ColumnLayout.white, hasDirectives: true, software: ["SHOUTcast"], minimum: 8,
          columns: [
            LogColumn("c-ip", .text, "ip", required: true, "client's address"),
            LogColumn("c-dns", .text, "client_name", "client's name, or its address"),
            LogColumn("date", .date), LogColumn("time", .timeOfDay),
            LogColumn("cs-uri-stem", .target, "target", "stream and its title"),
            LogColumn("c-status", .int, "status", "status of the answer"),
            LogColumn("cs(User-Agent)", .text, "agent", encoding: .percent, "client's program, as it said"),
            LogColumn("sc-bytes", .int, "bytes", "bytes sent"),
            LogColumn("x-duration", .micros(1_000_000), "duration", "time connected, in microseconds"),
            LogColumn("avgbandwidth", .int, "bandwidth", "bits per second, on average"),
          ]))),
    WeblogPreset(
      name: "cloudfront", summary: "Amazon CloudFront standard logs, 12 to 33 columns, UTC",
      source: "\(aws)AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html",
      sample: """
        #Version: 1.0
        #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end
        2026-09-10\t11:57:01\tFRA56-P4\t392\t203.0.113.9\tGET\td111111abcdef8.cloudfront.net\t/index.html\t200\thttps://www.example.com/\tMozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20Firefox/130.0\tq=1\t-\tHit\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\twww.example.com\thttps\t23\t0.001\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t11040\t0.001\tHit\ttext/html\t78\t-\t-
        """,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.white, isRun: true, hasDirectives: true, isTabbed: true, minimum: 12,
          columns: [
            LogColumn("date", .date), LogColumn("time", .timeOfDay),
            LogColumn("x-edge-location", .text, "edge_location", "edge location that answered"),
            LogColumn("sc-bytes", .int, "bytes", "bytes sent, headers included"),
            LogColumn("c-ip", .text, "ip", required: true, "client's address"),
            LogColumn("cs-method", .text, "method", "method of the request"),
            LogColumn("cs(Host)", .text, "distribution", "domain name of the distribution"),
            LogColumn("cs-uri-stem", .stem, "path", "path without query"),
            LogColumn("sc-status", .int, "status", "status of the answer; 000 if the client went away"),
            LogColumn("cs(Referer)", .text, "referer", "page that linked here, as the client said"),
            LogColumn("cs(User-Agent)", .text, "agent", encoding: .percent, "client's program, as it said"),
            LogColumn("cs-uri-query", .query, "query", "query"),
            LogColumn("cs(Cookie)", .text, "cookie", encoding: .percent, "cookies of the request"),
            LogColumn("x-edge-result-type", .text, "result", "Hit, Miss, Error and the like"),
            LogColumn("x-edge-request-id", .text, "request_id", "id of the request"),
            LogColumn("x-host-header", .text, "host", "host that the client asked for"),
            LogColumn("cs-protocol", .text, "scheme", "http, https, ws or wss"),
            LogColumn("cs-bytes", .int, "bytes_received", "bytes of the request"),
            LogColumn("time-taken", .seconds, "duration", "time taken, in microseconds"),
            LogColumn("x-forwarded-for", .text, "forwarded", encoding: .percent, "addresses that proxies noted"),
            LogColumn("ssl-protocol", .text, "ssl_protocol", "TLS version"),
            LogColumn("ssl-cipher", .text, "ssl_cipher", "TLS cipher"),
            LogColumn("x-edge-response-result-type", .text, "response_result", "result just before the answer"),
            LogColumn("cs-protocol-version", .text, "protocol", "protocol of the request"),
            LogColumn("fle-status"), LogColumn("fle-encrypted-fields"),
            LogColumn("c-port", .int, "client_port", "client's port"),
            LogColumn("time-to-first-byte", .seconds, "time_to_first_byte", "in microseconds"),
            LogColumn("x-edge-detailed-result-type", .text, "detailed_result", "result, or the error in detail"),
            LogColumn("sc-content-type", .text, "content_type", "type of the content"),
            LogColumn("sc-content-len", .int, "content_length", "length of the content"),
            LogColumn("sc-range-start", .int, "range_start", "first byte of a range"),
            LogColumn("sc-range-end", .int, "range_end", "last byte of a range"),
          ]))),
    WeblogPreset(
      name: "cloudfront_rtmp", summary: "Amazon CloudFront logs of RTMP distributions (until 2020)",
      source: "\(aws)AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html",
      sample: """
        #Version: 1.0
        #Fields: date time x-edge-location c-ip x-event sc-bytes x-cf-status x-cf-client-id cs-uri-stem cs-uri-query c-referrer x-page-url c-user-agent x-sname x-sname-query x-file-ext x-sid
        2019-09-10\t23:51:21\tSEA4\t203.0.113.9\tplay\t3914\tOK\tbfd8a98bee0840d9b871b7f6ade9908f\trtmp://s111111abcdef8.cloudfront.net/cfx/st\tkey=value\thttp://player.example.com/player.swf\thttp://www.example.com/watch?v=204\tLNX%2010,0,32,18\tmyvideo\tp=2&q=4\tflv\t1
        """,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.white, isRun: true, hasDirectives: true, isTabbed: true, minimum: 13,
          columns: [
            LogColumn("date", .date), LogColumn("time", .timeOfDay),
            LogColumn("x-edge-location", .text, "edge_location", "edge location that answered"),
            LogColumn("c-ip", .text, "ip", required: true, "client's address"),
            LogColumn("x-event", .text, "event", "connect, play, seek, stop, pause, unpause, disconnect"),
            LogColumn("sc-bytes", .int, "bytes", "bytes sent so far"),
            LogColumn("x-cf-status", .text, "result", "OK, or why not"),
            LogColumn("x-cf-client-id", .text, "client_id", "id of the client"),
            LogColumn("cs-uri-stem", .target, "target", "URL of the application"),
            LogColumn("cs-uri-query", .query, "query", "query of the connection"),
            LogColumn("c-referrer", .text, "referer", encoding: .percent, "URL of the player"),
            LogColumn("x-page-url", .text, "page_url", encoding: .percent, "page that held the player"),
            LogColumn("c-user-agent", .text, "agent", encoding: .percent, "client's program, as it said"),
            LogColumn("x-sname", .text, "stream", "name of the stream"),
            LogColumn("x-sname-query", .text, "stream_query", "query of the stream"),
            LogColumn("x-file-ext", .text, "stream_type", "type of the stream"),
            LogColumn("x-sid", .text, "stream_id", "id of the stream within the connection"),
          ]))),
    WeblogPreset(
      name: "s3", summary: "Amazon S3 server access logs, with or without the columns added later",
      source: "\(aws)AmazonS3/latest/userguide/LogFormat.html",
      sample: #"""
        79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be shop-assets [10/Sep/2026:11:57:01 +0000] 203.0.113.9 - 3E57427F3EXAMPLE REST.GET.OBJECT img/logo.png "GET /img/logo.png?v=3 HTTP/1.1" 200 - 11300 11300 21 20 "https://www.example.com/" "Mozilla/5.0 Firefox/130.0" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader shop-assets.s3.eu-central-1.amazonaws.com TLSv1.2 - -
        """#,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.blank, hasBrackets: true, minimum: 10,
          columns: [
            LogColumn("Bucket Owner", .text, "bucket_owner", "owner of the bucket"),
            LogColumn("Bucket", .text, "bucket", "bucket"),
            LogColumn("Time", .commonTime),
            // None where S3 itself acts, as a lifecycle rule does.
            LogColumn("Remote IP", .text, "ip", "client's address"),
            LogColumn("Requester", .text, "user", "who asked, if signed in"),
            LogColumn("Request ID", .text, "request_id", "id of the request"),
            LogColumn("Operation", .text, "operation", "REST.GET.OBJECT and the like"),
            LogColumn("Key", .text, "key", "key of the object, percent-encoded"),
            LogColumn("Request-URI", .request, "request", "request line"),
            LogColumn("HTTP status", .int, "status", "status of the answer"),
            LogColumn("Error Code", .text, "error_code", "error, if there was one"),
            LogColumn("Bytes Sent", .int, "bytes", "bytes of the body"),
            LogColumn("Object Size", .int, "object_size", "bytes of the object"),
            LogColumn("Total Time", .micros(1000), "duration", "time taken, in microseconds"),
            LogColumn("Turn-Around Time", .micros(1000), "turn_around_time", "until the first byte, in microseconds"),
            LogColumn("Referer", .text, "referer", "page that linked here, as the client said"),
            // S3 escapes no quotes.
            LogColumn("User-Agent", .text, "agent", isLastInQuotes: true, "client's program, as it said"),
            LogColumn("Version Id"), LogColumn("Host Id"), LogColumn("Signature Version"),
            LogColumn("Cipher Suite", .text, "ssl_cipher", "TLS cipher"), LogColumn("Authentication Type"),
            LogColumn("Host Header", .text, "host", "host that the client asked for"),
            LogColumn("TLS version", .text, "ssl_protocol", "TLS version"), LogColumn("Access Point ARN"),
            LogColumn("aclRequired", .text, "acl_required", "Yes if an access control list was needed"),
          ]))),
    WeblogPreset(
      name: "alb", summary: "AWS Application Load Balancer, with however many columns at the end",
      source: "\(aws)elasticloadbalancing/latest/application/load-balancer-access-logs.html",
      sample: #"""
        h2 2026-09-10T11:57:01.186641Z app/shop/50dc6c495c0c9188 203.0.113.9:2817 10.0.0.66:9000 0.000 0.002 0.000 200 200 34 366 "GET https://www.example.com:443/cart?add=7 HTTP/2.0" "Mozilla/5.0 Firefox/130.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop/73e2d6bc24d8a067 "Root=1-58337262-36d228ad5d99923122bbe354" "www.example.com" "session-reused" 0 2026-09-10T11:57:01.184000Z "forward" "-" "-" "10.0.0.66:9000" "200" "-" "-" TID_1234abcd5678ef90
        https 2026-09-10T11:57:02.000100Z app/shop/50dc6c495c0c9188 198.51.100.7:41022 - -1 -1 -1 460 - 0 0 "- - - " "-" - - - "-" "-" "-" - 2026-09-10T11:57:01.990000Z "-" "-" "-" "-" "-" "-" "-"
        """#,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.blank, hasEscapes: true, minimum: 13,
          columns: [
            LogColumn("type", .text, "type", "http, https, h2, grpcs, ws or wss"),
            LogColumn("time", .isoTime),
            LogColumn("elb", .text, "elb", "load balancer"),
            LogColumn(
              "client:port", .addressPort, "ip", second: "client_port", required: true, "client's address and port"),
            LogColumn("target:port", .addressPort, "target_ip", second: "target_port", "target's address and port"),
            LogColumn(
              "request_processing_time", .seconds, "request_time", isPartOfDuration: true,
              "until it was sent to the target, in microseconds"),
            LogColumn(
              "target_processing_time", .seconds, "target_time", isPartOfDuration: true,
              "until the target answered, in microseconds"),
            LogColumn(
              "response_processing_time", .seconds, "response_time", isPartOfDuration: true,
              "until the answer left, in microseconds"),
            LogColumn("elb_status_code", .int, "status", "status of the answer"),
            LogColumn("target_status_code", .int, "target_status", "status of the target's answer"),
            LogColumn("received_bytes", .int, "bytes_received", "bytes of the request"),
            LogColumn("sent_bytes", .int, "bytes", "bytes of the answer"),
            LogColumn("request", .request, "request", "request line"),
            LogColumn("user_agent", .text, "agent", "client's program, as it said"),
            LogColumn("ssl_cipher", .text, "ssl_cipher", "TLS cipher"),
            LogColumn("ssl_protocol", .text, "ssl_protocol", "TLS version"), LogColumn("target_group_arn"),
            LogColumn("trace_id", .text, "trace_id", "X-Amzn-Trace-Id"),
            LogColumn("domain_name", .text, "domain", "name that the client asked TLS for"),
            LogColumn("chosen_cert_arn"), LogColumn("matched_rule_priority", .int),
            LogColumn("request_creation_time", .text, "created", "when the request came, as text"),
            LogColumn("actions_executed", .text, "actions", "what was done with it"), LogColumn("redirect_url"),
            LogColumn("error_reason"), LogColumn("target:port_list"), LogColumn("target_status_code_list"),
            LogColumn("classification"), LogColumn("classification_reason"), LogColumn("conn_trace_id"),
          ]))),
    WeblogPreset(
      name: "elb", summary: "AWS Classic Load Balancer, HTTP and TCP listeners",
      source: "\(aws)elasticloadbalancing/latest/classic/access-log-collection.html",
      sample: #"""
        2026-09-10T11:57:01.945958Z my-loadbalancer 203.0.113.9:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/cart HTTP/1.1" "Mozilla/5.0 Firefox/130.0" - -
        2026-09-10T11:57:02.945958Z my-loadbalancer 203.0.113.9:2818 10.0.0.1:80 0.001069 0.000028 0.000041 - - 82 305 "- - - " "-" - -
        """#,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.blank, hasEscapes: true, minimum: 11,
          columns: [
            LogColumn("time", .isoTime), LogColumn("elb", .text, "elb", "load balancer"),
            LogColumn(
              "client:port", .addressPort, "ip", second: "client_port", required: true, "client's address and port"),
            LogColumn("backend:port", .addressPort, "target_ip", second: "target_port", "instance's address and port"),
            LogColumn(
              "request_processing_time", .seconds, "request_time", isPartOfDuration: true,
              "until it was sent to the instance, in microseconds"),
            LogColumn(
              "backend_processing_time", .seconds, "target_time", isPartOfDuration: true,
              "until the instance answered, in microseconds"),
            LogColumn(
              "response_processing_time", .seconds, "response_time", isPartOfDuration: true,
              "until the answer left, in microseconds"),
            LogColumn("elb_status_code", .int, "status", "status of the answer"),
            LogColumn("backend_status_code", .int, "target_status", "status of the instance's answer"),
            LogColumn("received_bytes", .int, "bytes_received", "bytes of the request"),
            LogColumn("sent_bytes", .int, "bytes", "bytes of the answer"),
            LogColumn("request", .request, "request", "request line"),
            LogColumn("user_agent", .text, "agent", "client's program, as it said"),
            LogColumn("ssl_cipher", .text, "ssl_cipher", "TLS cipher"),
            LogColumn("ssl_protocol", .text, "ssl_protocol", "TLS version"),
          ]))),
    WeblogPreset(
      name: "gcs", summary: "Google Cloud Storage usage logs, CSV with a header line",
      source: "https://cloud.google.com/storage/docs/access-logs",
      sample: #"""
        "time_micros","c_ip","c_ip_type","c_ip_region","cs_method","cs_uri","sc_status","cs_bytes","sc_bytes","time_taken_micros","cs_host","cs_referer","cs_user_agent","s_request_id","cs_operation","cs_bucket","cs_object"
        "1789041421123456","203.0.113.9","1","","GET","/shop-assets/img/logo.png?alt=media","200","0","11300","21000","storage.googleapis.com","https://www.example.com/","Mozilla/5.0 (""quoted"") Firefox/130.0","AEnB2UrR","storage.objects.get","shop-assets","img/logo.png"
        """#,
      shape: .columns(
        ColumnLayout(
          separator: (UInt8(ascii: ","), UInt8(ascii: ",")), hasDoubledQuotes: true,
          header: Array(#""time_micros""#.utf8), minimum: 13,
          columns: [
            LogColumn("time_micros", .epoch(digits: 6)),
            // None where Storage itself acts, as a lifecycle rule does.
            LogColumn("c_ip", .text, "ip", "client's address"),
            LogColumn("c_ip_type", .int, "ip_version", "1 for IPv4, 2 for IPv6"), LogColumn("c_ip_region"),
            LogColumn("cs_method", .text, "method", "method of the request"),
            LogColumn("cs_uri", .target, "target", "target of the request"),
            LogColumn("sc_status", .int, "status", "status of the answer"),
            LogColumn("cs_bytes", .int, "bytes_received", "bytes of the request"),
            LogColumn("sc_bytes", .int, "bytes", "bytes of the answer"),
            LogColumn("time_taken_micros", .micros(1), "duration", "time taken, in microseconds"),
            LogColumn("cs_host", .text, "host", "host that the client asked for"),
            LogColumn("cs_referer", .text, "referer", "page that linked here, as the client said"),
            LogColumn("cs_user_agent", .text, "agent", "client's program, as it said"),
            LogColumn("s_request_id", .text, "request_id", "id of the request"),
            LogColumn("cs_operation", .text, "operation", "storage.objects.get and the like"),
            LogColumn("cs_bucket", .text, "bucket", "bucket"), LogColumn("cs_object", .text, "key", "object"),
          ]))),
    WeblogPreset(
      name: "bunny", summary: "bunny.net CDN logs, separated by bars", source: "https://docs.bunny.net/cdn/logging",
      sample: """
        HIT|200|1789041421421|412|390|203.0.113.9|-|https://example.b-cdn.net/video.mp4?v=2|DE|Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0|322b688bd63fb63f2babe9de30a5d262|PL
        """,
      shape: .columns(
        ColumnLayout(
          separator: (UInt8(ascii: "|"), UInt8(ascii: "|")), minimum: 10,
          columns: [
            LogColumn("Cache Status", .text, "result", "HIT, MISS and the like"),
            LogColumn("Status Code", .int, "status", "status of the answer"),
            LogColumn("Timestamp", .epoch(digits: 3)), LogColumn("Bytes Sent", .int, "bytes", "bytes sent"),
            LogColumn("Pull Zone ID", .text, "zone", "pull zone"),
            LogColumn("Remote IP", .text, "ip", required: true, "client's address, perhaps masked"),
            LogColumn("Referer URL", .text, "referer", "page that linked here, as the client said"),
            LogColumn("URL", .target, "target", "URL that was asked for"),
            LogColumn("Edge Location", .text, "edge_location", "edge location that answered"),
            LogColumn("User Agent", .text, "agent", "client's program, as it said"),
            LogColumn("Request ID", .text, "request_id", "id of the request"),
            LogColumn("Country Code", .text, "country", "client's country"),
          ]))),
    WeblogPreset(
      name: "squid", summary: "Squid's native access log", source: "https://wiki.squid-cache.org/Features/LogFormat",
      sample: """
        1789041421.603    310 10.0.0.68 TCP_MISS/200 874 GET http://www.example.com/a?b=c ada HIER_DIRECT/198.51.100.4 text/html
        1789041422.120      5 10.0.0.68 TCP_TUNNEL/200 3120 CONNECT www.example.com:443 - HIER_DIRECT/198.51.100.4 -
        """,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.blank, isRun: true, minimum: 9,
          columns: [
            LogColumn("time", .epoch(digits: 0)),
            LogColumn("elapsed", .micros(1000), "duration", "time taken, in microseconds"),
            LogColumn("remotehost", .text, "ip", required: true, "client's address"),
            LogColumn(
              "code/status", .pair, "result", second: "status", secondIsNumber: true, "Squid's result, and the status"),
            LogColumn("bytes", .int, "bytes", "bytes sent to the client"),
            LogColumn("method", .text, "method", "method of the request"),
            LogColumn("URL", .target, "target", "URL that was asked for"),
            LogColumn("rfc931", .text, "user", "authenticated user"),
            LogColumn("peerstatus/peerhost", .pair, "hierarchy", second: "peer", "how it was fetched, and from whom"),
            LogColumn("type", .text, "content_type", "type of the content"),
          ]))),
    WeblogPreset(
      name: "haproxy_http", summary: "HAProxy's option httplog, with captures or without; needs a zone",
      source: "https://docs.haproxy.org/2.8/configuration.html#8.2.3",
      sample: #"""
        Sep 10 13:57:01 lb1 haproxy[14389]: 203.0.113.9:33317 [10/Sep/2026:13:57:01.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {www.example.com|Mozilla/5.0 Firefox/130.0} {} "GET /index.html?a=b HTTP/1.1"
        203.0.113.9:33318 [10/Sep/2026:13:57:02.001] http-in static/srv1 0/0/1/2/3 304 120 - - ---- 1/1/0/0/0 0/0 "GET /logo.png HTTP/1.1"
        """#,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.blank, hasBrackets: true, minimum: 12, hasMessages: true, needsZone: true,
          columns: [
            LogColumn(
              "%ci:%cp", .addressPort, "ip", second: "client_port", required: true, "client's address and port"),
            LogColumn("%tr", .commonTime), LogColumn("%ft", .text, "frontend", "frontend"),
            LogColumn("%b/%s", .pair, "backend", second: "server", "backend and server"),
            LogColumn("%TR/%Tw/%Tc/%Tr/%Ta", .timers, "timers", second: "duration", "timers in milliseconds"),
            LogColumn("%ST", .int, "status", "status of the answer"), LogColumn("%B", .int, "bytes", "bytes sent"),
            LogColumn("%CC", .text, "request_cookie", encoding: .hash, "captured cookie of the request"),
            LogColumn("%CS", .text, "response_cookie", encoding: .hash, "captured cookie of the answer"),
            LogColumn("%tsc", .text, "termination", "how the session ended"),
            LogColumn("%ac/%fc/%bc/%sc/%rc", .text, "connections", "connections at that time, and retries"),
            LogColumn("%sq/%bq", .text, "queues", "places in the queues"),
            LogColumn("%hr", .captures, "request_captures", encoding: .hash, "captured headers of the request"),
            LogColumn("%hs", .captures, "response_captures", encoding: .hash, "captured headers of the answer"),
            LogColumn("%r", .request, "request", encoding: .hash, "request line"),
          ]))),
    WeblogPreset(
      name: "haproxy_tcp", summary: "HAProxy's option tcplog; needs a zone",
      source: "https://docs.haproxy.org/2.8/configuration.html#8.2.2",
      sample: """
        Sep 10 13:57:01 lb1 haproxy[14387]: 203.0.113.9:33313 [10/Sep/2026:13:57:01.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0
        """,
      shape: .columns(
        ColumnLayout(
          separator: ColumnLayout.blank, hasBrackets: true, minimum: 9, hasMessages: true, needsZone: true,
          columns: [
            LogColumn(
              "%ci:%cp", .addressPort, "ip", second: "client_port", required: true, "client's address and port"),
            LogColumn("%t", .commonTime), LogColumn("%ft", .text, "frontend", "frontend"),
            LogColumn("%b/%s", .pair, "backend", second: "server", "backend and server"),
            LogColumn("%Tw/%Tc/%Tt", .timers, "timers", second: "duration", "timers in milliseconds"),
            LogColumn("%B", .int, "bytes", "bytes sent"), LogColumn("%ts", .text, "termination", "how it ended"),
            LogColumn("%ac/%fc/%bc/%sc/%rc", .text, "connections", "connections at that time, and retries"),
            LogColumn("%sq/%bq", .text, "queues", "places in the queues"),
          ]))),
    WeblogPreset(
      name: "caddy", summary: "Caddy 2's JSON", source: "https://caddyserver.com/docs/logging",
      sample: #"""
        {"level":"info","ts":1789034221.25,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"203.0.113.9","remote_port":"41342","client_ip":"203.0.113.9","proto":"HTTP/2.0","method":"GET","host":"shop.example.com","uri":"/search?q=red%20shoes","headers":{"User-Agent":["Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"],"Accept":["*/*"]}},"bytes_read":0,"user_id":"","duration":0.000929675,"size":10900,"status":200,"resp_headers":{"Server":["Caddy"]}}
        """#,
      shape: .json(.caddy)),
    WeblogPreset(
      name: "traefik_json", summary: "Traefik's JSON",
      source: "https://doc.traefik.io/traefik/observability/access-logs/",
      sample: #"""
        {"ClientAddr":"203.0.113.9:53452","ClientHost":"203.0.113.9","ClientPort":"53452","ClientUsername":"-","DownstreamContentSize":912,"DownstreamStatus":200,"Duration":62120,"RequestHost":"shop.example.com","RequestMethod":"GET","RequestPath":"/search?q=red%20shoes","RequestPort":"-","RequestProtocol":"HTTP/2.0","RouterName":"shop@docker","ServiceName":"shop@docker","StartUTC":"2026-09-10T11:57:01.25Z","level":"info","msg":"","request_User-Agent":"Mozilla/5.0 Firefox/130.0","time":"2026-09-10T11:57:01Z"}
        """#,
      shape: .json(.traefik)),
    WeblogPreset(
      name: "nginx_json", summary: "nginx with a log_format that writes JSON under its variables' names",
      source: "https://nginx.org/en/docs/http/ngx_http_log_module.html",
      sample: #"""
        {"time_iso8601":"2026-09-10T13:57:01+02:00","remote_addr":"203.0.113.9","remote_user":"","request":"GET /search?q=\x22red\x22 HTTP/1.1","status":"200","body_bytes_sent":"912","request_time":"0.012","http_referer":"","http_user_agent":"Mozilla/5.0 Firefox/130.0","http_x_forwarded_for":"198.51.100.7"}
        """#,
      shape: .json(.nginx)),
    WeblogPreset(
      name: "json", summary: "JSON lines under any of the names that servers and collectors use",
      source: "https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html",
      sample: #"""
        {"@timestamp":"2026-09-10T11:57:01.250Z","client":{"ip":"203.0.113.9"},"http":{"request":{"method":"GET"},"response":{"status_code":200}},"url":{"original":"/search?q=red%20shoes"},"user_agent.original":"Mozilla/5.0 Firefox/130.0"}
        """#,
      shape: .json(.any)),
  ]
}
