// Package expression evaluates the expressions of a configuration: once, when it is loaded (Scope.Evaluate),
// or compiled once and then for every record (Compile).
//
// What it keeps:
//   - A name or function that does not exist is found when the configuration is loaded, also where hcl
//     itself would only notice when the expression is evaluated.
//   - A compiled expression converts only the parts of a record that it names, and names them (Reads), so
//     that they are fetched.
//   - Decimals are exact both ways (config/internal/exact).
//   - A null value that an expression cannot work on is carried as null; every other failure is an error
//     that names the expression, its place and the cause.
//   - No message shows a secret: expressions that are evaluated per record may not use secrets, and errors
//     of those that do are told without their cause.
//
// Read scope.go for what names mean, compile.go and check.go for the work at load time, evaluate.go for
// the work per record, tree.go for how a record is seen, values.go for the conversion of values.
package expression
