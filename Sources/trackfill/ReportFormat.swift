import ArgumentParser

/// How `check`, `test` and `status` write what they found.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json }
