internal import CEL
public import Pipeline

/// Makes the reader that a mapping's `input` describes.
public typealias ReaderFactory = @Sendable (ConfigNode, String) throws(Diagnostics) -> any Reader

/// One entry of `events`.
public struct Rule: Sendable {
  /// Part of every event id; the type unless the mapping names it.
  public let name: String
  public let type: String
}

/// What a mapping is loaded for.
public enum MappingPurpose: Sendable {
  /// Payloads are made: environment variables must be set.
  case run
  /// It is looked at or tested: variables that are not set are warnings, and so are rules without a test.
  case check
  /// It is tried on data, but nothing leaves the machine: variables that are not set are warnings.
  case preview
}

/// A mapping file, checked and compiled. What `load` accepts is what every command executes.
public struct MappingPlan: Sendable {
  public let name: String
  public let summary: String
  public let reader: any Reader
  /// The reader's fields in the order in which a batch must hold them.
  public let columns: [String]
  /// Those of them that the mapping names.
  public let usedFields: [String]
  /// Drop reasons, in the order of the counters.
  public let drops: [String]
  public let rules: [Rule]
  public let sessions: SessionSettings
  public let warnings: [Diagnostic]
  public let tests: [MappingTest]
  let program: MappingProgram
  /// The file's tree, for places in it.
  let document: ConfigNode
  /// Nil unless the mapping was loaded to be checked.
  let branches: BranchCounts?

  /// Reads, checks and compiles a mapping.
  ///
  /// - Parameters:
  ///   - bytes: the file's content.
  ///   - file: its name, as messages show it; tables and lists that it names lie beside it.
  ///   - environment: what `env(NAME)` looks into.
  ///   - purpose: how much must be set, and how much is said.
  ///   - fields: fields of the reader that `columns` is to have besides those that the mapping names.
  /// - Throws: every finding, if at least one is an error.
  public static func load(
    _ bytes: [UInt8], file: String, readers: @escaping ReaderFactory, environment: [String: String],
    purpose: MappingPurpose = .run, fields: [String] = []
  ) throws(Diagnostics) -> MappingPlan {
    try YAMLDocument.checkSize(bytes, file: file)
    let source = SourceText(bytes, file: file)
    let root = try YAMLDocument.parse(source)
    return try MappingLoader(
      source: source, readers: readers, environment: environment, purpose: purpose, fields: fields
    ).load(root)
  }

  /// The reader alone, of a mapping that need not be right otherwise; nil if its `input` is not.
  public static func reader(_ bytes: [UInt8], file: String, readers: ReaderFactory) -> (any Reader)? {
    guard (try? YAMLDocument.checkSize(bytes, file: file)) != nil,
      let root = try? YAMLDocument.parse(SourceText(bytes, file: file)), let input = root["input"]
    else { return nil }
    return try? readers(input, file)
  }

  /// A mapper for one worker.
  public func makeMapper() -> any EventMapper { Mapper(program) }
}

/// One entry of `tests`: what the mapping must make of some lines.
public struct MappingTest: Sendable {
  public let name: String
  /// Of the name.
  public let span: SourceSpan
  let given: ConfigScalar
  /// As it stands in the file.
  let expect: ConfigNode?
  /// Columns by which the lines of `given` are indented, where it is a block of text.
  let givenIndent: Int
  /// The column of the test's keys.
  let keyColumn: Int
  /// Nil if the test expects nothing yet.
  let expectation: TestExpectation?
}

/// A compiled expression and its place.
struct Computed: Sendable {
  let evaluate: Evaluate
  let site: Int
}

/// Everything a mapper runs.
struct MappingProgram: Sendable {
  let file: String
  let columns: Int
  let timeColumn: Int?
  let lets: Int
  /// Words of `RecordFrame.answers`.
  let answers: Int
  let drops: [CompiledDrop]
  let dropReasons: Int
  let checks: [CompiledCheck]
  let rules: [CompiledRule]
  let emitsAll: Bool
  let rejectsUnmatched: Bool
  let visitor: [Computed]
  /// Whether a record without a visitor is dropped; the index of its counter.
  let noVisitorDrop: Int?
  let profileID: Computed?
  let profileAliases: [Computed]
  let split: Emitter
  let context: Emitter
  let request: Emitter
  let namespace: UUID
  let sites: [Site]
  /// In the order of the file.
  let outlinedLets: [OutlinedLet]
}
