/// The codes under which a run rejects records (docs/codes), besides those of a mapping's own `checks`.
enum RejectCodes {
  // One text, since whoever looks for codes in the source looks for those that are emitted.
  static let all = """
    R001 R101 R102 R103 R104 R105 R106 R107 R108 R109 R111 R112 R113 R114 R115 R116 R121 R122 R123 R131 R132 R133 R134 R135 \
    R201 R202 R203 R204
    """.split(separator: " ").map(String.init)
}
