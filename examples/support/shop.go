package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/makeready-go/makeready/template"
)

// files holds the prompts and the shop's data: what a team would keep in its
// repository and ship with the service.
//
//go:embed data prompts
var files embed.FS

// shop is the part of the service that has nothing to do with models: intents
// and what must be known for them, policies, customers and orders.
type shop struct {
	intents   []intentRule
	passages  []passage
	customers []customer
	orders    []order
	finder    template.ExampleSelector // finds passages by their text
}

type intentRule struct {
	Name        string  `yaml:"name"`
	Description string  `yaml:"description"`
	Fields      []field `yaml:"fields"`
}

// A field is something that must be known before a message can be answered.
type field struct {
	Name        string `yaml:"name"`
	Description string `yaml:"description"`
	Ask         string `yaml:"ask"`
	Required    bool   `yaml:"required"`
}

type passage struct {
	ID       string   `yaml:"id"`
	Title    string   `yaml:"title"`
	Intents  []string `yaml:"intents"`
	Text     string   `yaml:"text"`
	NextStep string   `yaml:"next_step"`
}

type customer struct {
	ID       string `yaml:"id"`
	Name     string `yaml:"name"`
	Email    string `yaml:"email"`
	Phone    string `yaml:"phone"`
	Plan     string `yaml:"plan"`
	Since    string `yaml:"since"`
	LastBill struct {
		Amount string `yaml:"amount"`
		Date   string `yaml:"date"`
		Lines  []struct {
			Text   string `yaml:"text"`
			Amount string `yaml:"amount"`
		} `yaml:"lines"`
	} `yaml:"last_bill"`
}

type order struct {
	Number   string `yaml:"number"`
	Customer string `yaml:"customer"`
	Placed   string `yaml:"placed"`
	Items    []struct {
		Product string `yaml:"product"`
		Price   string `yaml:"price"`
	} `yaml:"items"`
	Status    string `yaml:"status"`
	Carrier   string `yaml:"carrier"`
	Expected  string `yaml:"expected"`
	Delivered string `yaml:"delivered"`
	Total     string `yaml:"total"`
}

// openShop reads the files below data.
func openShop(fsys fs.FS) (*shop, error) {
	s := &shop{}
	for name, into := range map[string]any{
		"data/intents.yaml":   &s.intents,
		"data/passages.yaml":  &s.passages,
		"data/customers.yaml": &s.customers,
		"data/orders.yaml":    &s.orders,
	} {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		dec := yaml.NewDecoder(bytes.NewReader(b))
		dec.KnownFields(true)
		if err := dec.Decode(into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	bank := make([]template.Example, len(s.passages))
	for i, p := range s.passages {
		bank[i] = template.Example{Input: p.Title + " " + p.Text, Output: p.ID}
	}
	s.finder = template.BM25(bank)
	return s, nil
}

// categories are the lines of the classification prompt.
func (s *shop) categories() []string {
	lines := make([]string, len(s.intents))
	for i, in := range s.intents {
		lines[i] = in.Name + ": " + in.Description
	}
	return lines
}

func (s *shop) intentNames() []string {
	names := make([]string, len(s.intents))
	for i, in := range s.intents {
		names[i] = in.Name
	}
	return names
}

// fields are what must be known for an intent.
func (s *shop) fields(intent string) []field {
	if i := slices.IndexFunc(s.intents, func(in intentRule) bool { return in.Name == intent }); i >= 0 {
		return s.intents[i].Fields
	}
	return nil
}

func (s *shop) customer(id string) (customer, bool) {
	i := slices.IndexFunc(s.customers, func(c customer) bool { return c.ID == id })
	if id == "" || i < 0 {
		return customer{}, false
	}
	return s.customers[i], true
}

func (s *shop) customerIDs() []string {
	ids := make([]string, len(s.customers))
	for i, c := range s.customers {
		ids[i] = c.ID
	}
	return ids
}

// order finds an order of one customer: somebody else's does not exist.
func (s *shop) order(number, customer string) (order, bool) {
	i := slices.IndexFunc(s.orders, func(o order) bool { return o.Number == number && o.Customer == customer })
	if i < 0 {
		return order{}, false
	}
	return s.orders[i], true
}

const maxPassages = 4

// find returns the passages of the intent that speak of the text, best first,
// or else those of any intent.
func (s *shop) find(ctx context.Context, intent, text string) ([]passage, error) {
	hits, err := s.finder.Select(ctx, text, len(s.passages))
	if err != nil {
		return nil, err
	}
	all := make([]passage, 0, len(hits))
	for _, h := range hits {
		all = append(all, s.passages[slices.IndexFunc(s.passages, func(p passage) bool { return p.ID == h.Output })])
	}
	found := slices.DeleteFunc(slices.Clone(all), func(p passage) bool { return !slices.Contains(p.Intents, intent) })
	if len(found) == 0 {
		found = all
	}
	return found[:min(len(found), maxPassages)], nil
}

func (p passage) String() string {
	return "[" + p.ID + "] " + p.Title + ": " + p.Text + " Next: " + p.NextStep
}

// facts are the sentences that a reply may use about an order.
func (o order) facts() []string {
	var items []string
	for _, it := range o.Items {
		items = append(items, "a "+it.Product)
	}
	lines := []string{fmt.Sprintf("Order %s of %s holds %s and its status is %s.", o.Number, o.Placed, strings.Join(items, " and "), o.Status)}
	switch {
	case o.Delivered != "":
		lines = append(lines, fmt.Sprintf("Order %s was delivered on %s by %s.", o.Number, o.Delivered, o.Carrier))
	case o.Expected != "" && o.Carrier != "":
		lines = append(lines, fmt.Sprintf("Order %s travels with %s and is expected on %s.", o.Number, o.Carrier, o.Expected))
	}
	return lines
}

// facts are the sentences that a reply may use about an account.
func (c customer) facts() []string {
	var lines []string
	for _, l := range c.LastBill.Lines {
		lines = append(lines, l.Text+" $"+l.Amount)
	}
	return []string{fmt.Sprintf("The last bill of %s is $%s: %s.", c.LastBill.Date, c.LastBill.Amount, strings.Join(lines, ", "))}
}
