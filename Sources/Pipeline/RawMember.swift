extension ByteBuffer {
  /// A member of an object of JSON that has some bytes as they are: `"raw"` where they are UTF-8, else `"raw_base64"`
  /// (RFC 4648 §4). Rejects and dead letters say so what could not be used, and `replay` reads it again.
  public func append(rawMember bytes: UnsafeBufferPointer<UInt8>) {
    if UTF8Scan.isValid(bytes) {
      append("\"raw\":\"")
      appendEscaped(bytes, limit: Int.max)
    } else {
      append("\"raw_base64\":\"")
      Base64.append(bytes, to: self)
    }
    append("\"")
  }
}
