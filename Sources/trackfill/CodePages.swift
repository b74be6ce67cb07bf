// swift-format-ignore-file
enum CodePages {
  static let all: [CodePage] = []
}
