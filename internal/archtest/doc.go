// Package archtest holds the house rules of this module as tests.
//
// The rules are about the tree as a whole: who imports whom, what library code may not call, how much a package may
// export, what must be documented. Each rule is a function from parsed sources to a list of violations, and each has
// a test on small good and bad sources beside it, so that a rule that has stopped biting is noticed.
//
// A failing test says what to do. Where a rule allows an exception, the exception is a line in the table of that rule
// or, for package variables, a marker comment with a reason:
//
//	//archtest:table one row per provider, never written to
package archtest
