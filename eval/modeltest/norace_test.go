//go:build !race

package modeltest_test

// raceEnabled says that the race detector is on.
const raceEnabled = false
