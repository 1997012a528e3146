package modeltest

import (
	"context"
	"sync"

	"github.com/makeready-go/makeready"
)

// innerTexts are what the inner model says. They hold what middleware tends to
// change: personal data, JSON, bytes outside of ASCII, nothing at all.
//
//archtest:table texts
var innerTexts = []string{
	"The parcel left the warehouse on Tuesday.",
	`{"intent":"order_status","confidence":0.92}`,
	"Write to ana@example.com or call +1 415 555 0100; the card is 4111 1111 1111 1111.",
	"Größe 42, naïve café, 日本 ✓.",
	"",
}

//archtest:table usage of the inner model
var innerUsage = makeready.Usage{Input: 7, Output: 3, Source: makeready.UsageReported}

func innerResponse(text string) makeready.Response {
	return makeready.Response{
		Text: text, ID: "inner-1", Model: "inner", Stop: makeready.StopLength, Usage: innerUsage,
		ToolCalls: []makeready.ToolCall{{ID: "call-1", Name: "look", Arguments: "{}"}},
	}
}

// inner counts the calls of the model inside a middleware.
type inner struct {
	mu    sync.Mutex
	count int
	reply func(ctx context.Context, req makeready.Request) (makeready.Response, error)
}

func (in *inner) Generate(ctx context.Context, req makeready.Request) (makeready.Response, error) {
	in.mu.Lock()
	in.count++
	in.mu.Unlock()
	return in.reply(ctx, req)
}

// birds tell concurrent requests apart; no middleware has a rule about them.
//
//archtest:table words
var birds = []string{
	"bird avocet", "bird bittern", "bird curlew", "bird dunlin", "bird egret", "bird fulmar", "bird gannet", "bird heron",
	"bird ibis", "bird jacana", "bird kestrel", "bird lapwing", "bird merlin", "bird nightjar", "bird osprey", "bird pelican",
}

// offer sends v if there is room for it: of several attempts the first counts.
func offer[T any](ch chan T, v T) {
	select {
	case ch <- v:
	default:
	}
}
