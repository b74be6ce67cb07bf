// The Common Expression Language (github.com/google/cel-spec), standalone: it knows no reader, no mapping and no
// Foundation.
//
//   source ─ Syntax ─→ Expression ─ Check ─→ CheckedExpression ─ Compile ─→ Program.evaluate(Activation) -> Value
//
// - Syntax:  lexer, parser, macros. A tree with the span of every node.
// - Check:   names, types, overloads, narrowing of optional values. Reports all issues at once.
// - Compile: closures made for the static types; constants are folded, common shapes fused.
// - Library: the standard functions and our own.
// - Value:   16 trivial bytes, and the arena they point into.
//
// A host describes its variables, objects and functions in an `Environment`:
//
//   var environment = Environment()
//   environment.variables["agent"] = Variable(.optional(.string)) { activation in … }
//   let program = try compile(#"agent.or("").contains("bot")"#, in: environment, expecting: .bool).get()
//   let activation = Activation()                // one for each thread
//   activation.host = record                     // whatever the loaders look into
//   program.evaluate(activation).isTrue
//   activation.reset()                           // after each record
//
// Errors are values: `Value.isError`, `errorMessage`, `errorOffset`.
//
// A value may point into the record, the arena of its activation, or the constants of its program: it is valid until
// the first of the three ends. A result whose type is `dyn` (or has `dyn` in it) may have any kind: ask `Value.kind`.
// Functions of a host that are `pure` are called while compiling when all their arguments are constants, with an
// activation that has no `host`. docs/cel.md is the guide, with all functions.
