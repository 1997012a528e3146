package template

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"sync"

	"github.com/makeready-go/makeready"
)

// Template is the contract that a [File] fulfills.
type Template = makeready.Template

// Config says how a file is used. The zero Config works.
type Config struct {
	// Key is a secret of the deployment. It keys the delimiters of untrusted
	// text, so that nobody who knows the file can guess them. Replicas should
	// share it, for the sake of provider caches. Without a key the delimiters
	// are derived from the file's digest alone: they are as stable, but whoever
	// has the file can compute them.
	Key []byte
	// Examples replaces the selection from the file's own examples. The file
	// must still say where they go and which variable they are selected by.
	// Templates without examples ignore it.
	Examples ExampleSelector
}

// A File is one version of a prompt, compiled. It is immutable and safe for
// concurrent use.
type File struct {
	ref      makeready.Ref
	filename string
	messages []message
	vars     []variable
	index    map[string]int // of vars, by name
	params   makeready.Params
	shots    *shots   // nil without examples
	plans    sync.Map // reflect.Type of a struct → *plan
}

type message struct {
	role makeready.Role
	text text
}

// shots are the few-shot examples of a file.
type shots struct {
	selector ExampleSelector
	query    int // index of the variable
	k        int
}

var _ Template = (*File)(nil)

// Load reads and compiles the prompt file name of fsys, and the example bank
// that it refers to.
//
// By convention a file is <name>/v<version>.yaml: the prompt's name is that of
// its directory and the version that of the file. What the file itself says
// about them must agree; where the path does not follow the convention, the
// file must say both.
//
// The error lists up to ten problems, each with file, line and column.
func Load(fsys fs.FS, name string, c Config) (*File, error) {
	src, err := readFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return parse(name, src, c, func(bank string) (string, []byte, error) {
		bank = path.Join(path.Dir(name), bank)
		if !fs.ValidPath(bank) {
			return bank, nil, errors.New("the file lies outside of the file system that the prompt was loaded from")
		}
		src, err := readFile(fsys, bank)
		return bank, src, err
	})
}

// Parse compiles a prompt file that the caller has read. The name is used as by
// [Load]: for the convention and for errors. There is no file system to find an
// example bank in, so that examples.file is an error, unless the Config has
// another selector; then the digest covers the bank's name and not its content.
func Parse(filename string, src []byte, c Config) (*File, error) {
	return parse(filename, src, c, nil)
}

// Ref returns the prompt's name, its version, and a digest of everything that
// is rendered: messages, variables, parameters and examples. Line ends,
// comments, dates, descriptions, notes and the change log make no difference to
// the digest, and neither do the name, the version and the Config.
func (f *File) Ref() makeready.Ref { return f.ref }

// readFile reads no more than is allowed, and one byte to tell.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%s is no path inside of the file system: use forward slashes, and no dots as elements", quote(name))
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	src, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return src, nil
}

var (
	namePattern    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)     //archtest:table a constant pattern
	versionPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$`)     //archtest:table a constant pattern
	versionedFile  = regexp.MustCompile(`^v([0-9][A-Za-z0-9._+-]{0,63})\.ya?ml$`) //archtest:table a constant pattern
)

// refFromPath returns what the path says about name and version, empty where
// it does not follow the convention.
func refFromPath(filename string) makeready.Ref {
	m := versionedFile.FindStringSubmatch(path.Base(filename))
	if m == nil {
		return makeready.Ref{}
	}
	ref := makeready.Ref{Version: m[1]}
	if dir := path.Base(path.Dir(filename)); dir != "." && dir != "/" && dir != ".." {
		ref.Name = dir
	}
	return ref
}
