/// Formats that have a name. A new one is a row.
struct WeblogPreset: Sendable {
  let name: String
  /// As an Apache or nginx text.
  let text: String
  let summary: String

  static let all = [
    WeblogPreset(name: "common", text: #"%h %l %u %t "%r" %>s %b"#, summary: "common log format"),
    WeblogPreset(
      name: "combined", text: #"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#,
      summary: "common with referer and agent, the default of nginx"),
    WeblogPreset(
      name: "vhost_common", text: #"%v:%p %h %l %u %t "%r" %>s %b"#, summary: "common behind host or host:port"),
    WeblogPreset(
      name: "vhost_combined", text: #"%v:%p %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#,
      summary: "combined behind host or host:port"),
  ]
}
