import Pipeline

/// How a run ended, as its exit status (sysexits.h and DELIVERY.md's own).
enum ExitStatus: Int32, Sendable {
  case done = 0
  /// A test of a mapping fails, or `preview --fail-on-change` finds a change.
  case notAsExpected = 1
  case someRejected = 3
  case tooManyRejects = 4
  case usage = 64
  case badInput = 65
  case missingInput = 66
  case unavailable = 69
  case internalError = 70
  case cannotCreate = 73
  case outputFailed = 74
  case locked = 75
  case refused = 77
  case badMapping = 78
  case interrupted = 130
  case terminated = 143

  /// The word for it in a summary.
  var word: String {
    switch self {
    case .done: "done"
    case .notAsExpected: "not as expected"
    case .someRejected: "done, some records rejected"
    case .tooManyRejects: "too many rejects"
    case .usage: "usage"
    case .badInput: "input unusable"
    case .missingInput: "input missing"
    case .unavailable: "destination unavailable, resumable"
    case .internalError: "internal error"
    case .cannotCreate: "cannot create output"
    case .outputFailed: "output failed"
    case .locked: "locked by another run"
    case .refused: "refused by the destination"
    case .badMapping: "mapping or configuration at fault"
    case .interrupted, .terminated: "interrupted"
    }
  }

  /// What a finding that stopped the run means for its status.
  init(_ diagnostic: Diagnostic) {
    switch diagnostic.code.first {
    case "I":
      switch diagnostic.code {
      case "I101", "I102", "I103", "I107": self = .missingInput
      case "I104": self = .usage
      default: self = .badInput
      }
    case "C":
      switch diagnostic.code {
      case "C101": self = .locked
      case "C102": self = .badMapping
      case "C103": self = .cannotCreate
      case "C105", "C107": self = .outputFailed
      case "C106": self = .badInput
      case "C108", "C109", "C111": self = .usage
      default: self = .internalError
      }
    case "D":
      switch diagnostic.code {
      case "D301": self = .unavailable
      case "D302": self = .refused
      case "D303", "D304", "D305", "D306", "D307", "D308": self = .badMapping
      case "D309": self = .internalError
      case "D401": self = .outputFailed
      case "D403": self = .usage
      default: self = .badInput
      }
    case "O": self = ["O202", "O204", "O206"].contains(diagnostic.code) ? .cannotCreate : .outputFailed
    case "U": self = .usage
    case "R": self = .badInput
    case "M": self = .badMapping
    default: self = .internalError
    }
  }
}
