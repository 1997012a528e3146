//go:build !race

package standin_test

const raced = false
