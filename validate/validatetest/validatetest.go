// Package validatetest tests implementations of [makeready.Validator].
package validatetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/makeready-go/makeready"
)

// Config says what a validator should do.
type Config struct {
	// Valid are texts that it accepts, Invalid texts that it refuses so that
	// asking again may help, Exits texts that end the run. There must be at
	// least one of the first two each.
	Valid, Invalid, Exits []string
}

// Test checks that v keeps the contract: the same text gives the same answer,
// also from several goroutines; a refusal is an [*makeready.InvalidError] with
// at least one issue, each with a code; with an error the value is zero; and
// the error repeats nothing of the text. All that is wrong is in the error.
func Test[T any](v makeready.Validator[T], c Config) error {
	if v == nil || len(c.Valid) == 0 || len(c.Invalid) == 0 {
		return errors.New("validatetest: give a validator, a valid and an invalid text")
	}
	var wrong []error
	for _, text := range c.Valid {
		if _, err := once(v, text); err != nil {
			wrong = append(wrong, fmt.Errorf("valid text %.40q is refused: %w", text, err))
		}
	}
	for _, text := range c.Invalid {
		value, err := once(v, text)
		if err := refused(value, err, text); err != nil {
			wrong = append(wrong, fmt.Errorf("invalid text %.40q: %w", text, err))
		}
	}
	for _, text := range c.Exits {
		if _, err := once(v, text); !isExit(err) {
			wrong = append(wrong, fmt.Errorf("text %.40q: want an exit, got %w", text, err))
		}
	}
	for _, text := range append(append(append([]string{""}, c.Valid...), c.Invalid...), c.Exits...) {
		if err := stable(v, text); err != nil {
			wrong = append(wrong, fmt.Errorf("text %.40q: %w", text, err))
		}
	}
	return errors.Join(wrong...)
}

func once[T any](v makeready.Validator[T], text string) (value T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return v.Validate(context.Background(), text)
}

func isExit(err error) bool {
	_, ok := errors.AsType[*makeready.Exit](err)
	return ok
}

func refused[T any](value T, err error, text string) error {
	invalid, ok := errors.AsType[*makeready.InvalidError](err)
	switch {
	case err == nil:
		return errors.New("is accepted")
	case !ok:
		return fmt.Errorf("want an InvalidError, got %T", err)
	case len(invalid.Issues) == 0:
		return errors.New("the error has no issue")
	case !reflect.ValueOf(&value).Elem().IsZero():
		return errors.New("the value is not zero")
	case len(text) > 12 && strings.Contains(err.Error(), text):
		return errors.New("the error repeats the text")
	}
	for _, is := range invalid.Issues {
		if is.Code == "" {
			return errors.New("an issue has no code")
		}
	}
	return nil
}

// stable checks that the answer depends on nothing but the text.
func stable[T any](v makeready.Validator[T], text string) error {
	const n = 8
	var values [n]T
	var errs [n]error
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { values[i], errs[i] = once(v, text) })
	}
	wg.Wait()
	for i := 1; i < n; i++ {
		if !reflect.DeepEqual(values[i], values[0]) || fmt.Sprint(errs[i]) != fmt.Sprint(errs[0]) {
			return errors.New("answers differ from call to call")
		}
	}
	return nil
}
