//go:build race

package modeltest_test

// raceEnabled says that the race detector is on, which makes everything some
// twenty times slower.
const raceEnabled = true
