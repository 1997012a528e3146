package archtest_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestRooms(t *testing.T) {
	clean(t, roomViolations(load(t)), `Every room has a doc.go whose package comment says what the room is for, how it behaves under concurrency and on
failure, and shows a short example.`)
}

func roomViolations(tr *tree) []string {
	comment := map[string]string{}
	for _, p := range tr.pkgs {
		for _, file := range p.files {
			if tr.fset.Position(file.Package).Filename == p.dir+"/doc.go" {
				comment[p.dir] = file.Doc.Text()
			}
		}
	}
	var found []string
	for _, room := range rooms {
		if lines := strings.Count(comment[room], "\n"); lines <= 2 {
			found = append(found, fmt.Sprintf("%s/doc.go: a package comment of %d lines", room, lines))
		}
	}
	return found
}

func TestRoomRule(t *testing.T) {
	house := func(room, file, text string) map[string]string {
		sources := map[string]string{}
		for _, r := range rooms {
			sources[r+"/doc.go"] = "// Package " + r + " is\n// a\n// room.\npackage " + r
		}
		delete(sources, room+"/doc.go")
		sources[file] = text
		return sources
	}
	try(t, roomViolations, []ruleCase{
		{"all there", house("", "a.go", "package makeready"), nil},
		{"missing", house("guard", "a.go", "package makeready"), []string{"guard/doc.go: a package comment of 0 lines"}},
		{"short", house("eval", "eval/doc.go", "// Package eval is\n// short.\npackage eval"), []string{"eval/doc.go: a package comment of 2"}},
		{"elsewhere", house("cost", "cost/cost.go", "// Package cost is\n// a\n// room.\npackage cost"), []string{"cost/doc.go"}},
	})
}
