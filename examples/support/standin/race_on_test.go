//go:build race

package standin_test

// raced says that the race detector runs, which makes everything some fifteen
// times slower.
const raced = true
