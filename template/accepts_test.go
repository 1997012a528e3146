package template_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready/template"
)

type embedded struct{ S template.Trusted }

type Inner struct{ OrderID, HTMLBody string }

type recursive struct {
	*recursive //nolint:unused // its type is what counts

	Message string
}

func TestAccepts(t *testing.T) {
	f := parse(t, `
system_prompt: "{order_id} {html_body} {free}{tags}{count}"
variables:
  order_id: {}
  html_body: {}
  free: {required: false}
  tags: {type: list, required: false}
  count: {type: number, required: false}
`)
	type outer struct {
		Inner

		Free *string
	}
	const no = "template desk@1.0: "
	for _, tc := range []struct {
		name string
		typ  reflect.Type
		want string // "" if accepted
	}{
		{"snake case", reflect.TypeFor[Inner](), ""},
		{"a pointer", reflect.TypeFor[*Inner](), ""},
		{"embedded", reflect.TypeFor[outer](), ""},
		{"embedded by pointer", reflect.TypeFor[struct{ *Inner }](), ""},
		{"tags", reflect.TypeFor[struct {
			A template.Trusted `prompt:"order_id"`
			B string           `prompt:"html_body"`
			C []named          `prompt:"tags"`
			D float32          `prompt:"count"`
			E chan int         `prompt:"-"`
			F Inner            `prompt:"-"`
			g chan int
		}](), ""},
		{"a map", reflect.TypeFor[map[string]any](), ""},
		{"a map of strings", reflect.TypeFor[map[string]string](), ""},
		{"any", reflect.TypeFor[any](), ""},
		{"another map", reflect.TypeFor[map[int]string](), no + "variables cannot come from map[int]string: use a struct, map[string]any or map[string]string"},
		{"a string", reflect.TypeFor[string](), no + "variables cannot come from string: use a struct, map[string]any or map[string]string"},
		{"no type", nil, no + "no value for order_id, html_body"},
		{"two are missing", reflect.TypeFor[struct{ Free string }](), no + "no value for order_id, html_body in struct { Free string }"},
		{"one too many", reflect.TypeFor[struct {
			Inner

			OrderId int //nolint:revive,staticcheck // the name of another field in snake case
			Fre     string
		}](), no + "field OrderId of struct { template_test.Inner; OrderId int; Fre string }: variable \"order_id\" is declared as string, the field is of type int\n" +
			no + "field Fre of struct { template_test.Inner; OrderId int; Fre string }: no slot {fre} in desk/v1.0.yaml, did you mean \"free\"? (the tag `prompt:\"-\"` leaves a field out)"},
		{"a variable twice", reflect.TypeFor[struct {
			Inner

			X string `prompt:"order_id"`
		}](), no + "field X of struct { template_test.Inner; X string \"prompt:\\\"order_id\\\"\" }: variable \"order_id\" is already that of field OrderID"},
		{"an unfit type", reflect.TypeFor[struct {
			Inner

			Count time.Duration
			Tags  []int
			Free  struct{}
		}](), no + "field Count of struct { template_test.Inner; Count time.Duration; Tags []int; Free struct {} }: variable \"count\" cannot be of type time.Duration: it has a text form of its own: give that as a string\n" +
			no + "field Tags of struct { template_test.Inner; Count time.Duration; Tags []int; Free struct {} }: variable \"tags\" cannot be of type []int: a list must hold strings\n" +
			no + "field Free of struct { template_test.Inner; Count time.Duration; Tags []int; Free struct {} }: variable \"free\" cannot be of type struct {}: use a string, a list of strings, a number or a bool"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := f.Accepts(tc.typ)
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, tc.want)
			if tc.typ != nil { // what is not accepted is not rendered
				_, err := f.Render(t.Context(), reflect.New(tc.typ).Elem().Interface())
				require.EqualError(t, err, tc.want)
			}
		})
	}
	t.Run("embedded without end", func(t *testing.T) {
		err := parse(t, "role: \"{message}\"\n").Accepts(reflect.TypeFor[recursive]())
		require.ErrorContains(t, err, `variable "message" is already that of field Message`)
		require.ErrorContains(t, err, "embedded deeper than 8")
	})
}

func TestFieldNames(t *testing.T) {
	f := parse(t, "system_prompt: \"{id}{order_id}{html_body}{user_id2}{a_b}{x}{snake_case}\"\n")
	got := render(t, f, struct {
		ID         template.Trusted
		OrderID    template.Trusted
		HTMLBody   template.Trusted
		UserID2    template.Trusted
		AB         template.Trusted `prompt:"a_b"`
		X          template.Trusted
		Snake_Case template.Trusted //nolint:revive,staticcheck // it is the case in question
	}{"1", "2", "3", "4", "5", "6", "7"})
	require.Equal(t, "1234567", got.Messages[0].Text)
}
