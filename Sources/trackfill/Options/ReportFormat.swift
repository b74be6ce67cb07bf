import ArgumentParser

/// For people or for programs: how a command writes what it was asked for.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json }
