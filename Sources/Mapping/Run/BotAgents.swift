/// User agents of programs, not of people. The receiver refuses a whole payload for one of them, so a mapping drops
/// them first.
enum BotAgents {
  /// Parts of names, lower-case. Most programs call themselves bot, crawler or spider; the rest are the ones that
  /// logs are full of.
  static let parts = [
    "bot", "crawl", "spider", "slurp", "archiver", "scrapy", "headlesschrome", "phantomjs", "lighthouse", "curl/",
    "wget/", "python-", "python/", "aiohttp", "httpx", "java/", "jakarta", "okhttp", "go-http-client", "libwww",
    "lwp::", "ruby", "php/", "perl", "axios", "node-fetch", "guzzle", "httpclient", "http_request", "postman",
    "insomnia", "facebookexternalhit", "meta-external", "whatsapp/", "bingpreview", "mediapartners", "feedfetcher",
    "google-read-aloud", "googleother", "google-inspectiontool", "apis-google", "pingdom", "uptime", "monitor",
    "statuscake", "site24x7", "newrelic", "datadog", "nagios", "zabbix", "check_http", "nmap", "masscan", "zgrab",
    "nikto", "sqlmap", "nuclei", "censys", "netcraft", "validator", "feedly", "rss", "embedly", "preview",
    "chatgpt-user", "perplexity", "anthropic", "claude-", "cohere", "bytespider", "yandeximages", "baidu",
    "sogou", "heritrix", "ia_archiver", "semrush", "ahrefs", "mj12", "dataprovider", "wordpress/", "jetpack",
  ]

  /// Whether a user agent names a program. An empty one and `-` do too: no browser sends nothing.
  static func matches(_ agent: UnsafeBufferPointer<UInt8>) -> Bool {
    guard agent.count > 1, let start = agent.baseAddress else { return true }
    for at in 0..<agent.count {
      let first = lower(start[at])
      for part in byFirst[Int(first)] where part.count <= agent.count - at {
        var index = 1
        while index < part.count, lower(start[at + index]) == part[index] { index += 1 }
        // Cubot makes phones.
        let isPhone = part.count == 3 && at >= 2 && lower(start[at - 2]) == 99 && lower(start[at - 1]) == 117
        if index == part.count, !isPhone { return true }
      }
    }
    return false
  }

  private static let byFirst: [[[UInt8]]] = {
    var table = [[[UInt8]]](repeating: [], count: 256)
    for part in parts {
      let bytes = Array(part.utf8)
      table[Int(bytes[0])].append(bytes)
    }
    return table
  }()

  @inline(__always)
  private static func lower(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 32 : byte }
}
