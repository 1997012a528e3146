package modeltest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/ollama"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/eval/modeltest"
)

// ctx and t stand for what a test has; a nil TB reports nothing.
var (
	ctx = context.Background()
	t   modeltest.TB
)

func ExampleScript() {
	script := modeltest.NewScript(t,
		modeltest.Reply{Fault: modeltest.RateLimited, RetryAfter: 7 * time.Second},
		modeltest.Text("Your order left us this morning."),
	)
	script.When(modeltest.Contains("refund")).Always(modeltest.JSON([]string{"refund"}))

	user := func(text string) makeready.Request {
		return makeready.Request{Model: "test-1", Messages: []makeready.Message{{Role: makeready.RoleUser, Text: text}}}
	}
	for _, text := range []string{"Where is my order?", "Where is my order?", "I want a refund."} {
		resp, err := script.Generate(ctx, user(text))
		fmt.Println(resp.Text, err)
	}
	fmt.Println(len(script.Requests()), "requests")
	// Output:
	//  model modeltest/test-1: rate_limited, status 429, retry after 7s, request "req-000001"
	// Your order left us this morning. <nil>
	// ["refund"] <nil>
	// 3 requests
}

func ExampleScript_LLM() {
	script := modeltest.NewScript(t, modeltest.Text("Good morning."))
	text, err := llms.GenerateFromSinglePrompt(ctx, script.LLM(), "Say hello.")
	fmt.Println(text, err)
	// Output: Good morning. <nil>
}

func ExampleScript_Embed() {
	v, err := modeltest.NewScript(t).Embed(ctx, []string{"my parcel", "My parcel!"})
	fmt.Println(len(v), len(v[0]), v[0][0] == v[1][0], err)
	// Output: 2 64 true <nil>
}

func ExampleRule_ReplyFunc() {
	script := modeltest.NewScript(t)
	script.When(modeltest.Prompt("shout")).ReplyFunc(func(req makeready.Request) modeltest.Reply {
		return modeltest.Text(strings.ToUpper(req.Messages[0].Text))
	})
	resp, _ := script.Generate(ctx, makeready.Request{
		Prompt: makeready.Ref{Name: "shout"}, Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "hello"}},
	})
	fmt.Println(resp.Text)
	// Output: HELLO
}

// A stream that breaks is an error, also on the wire.
func ExampleTransportFault() {
	script := modeltest.NewScript(t, modeltest.Reply{Text: "one two three four", Fault: modeltest.CutStream, CutAt: 0.4})
	_, err := script.Generate(ctx, makeready.Request{Stream: func(c makeready.Chunk) error {
		fmt.Printf("%q\n", c.Text)
		return nil
	}})
	fmt.Println(errors.Is(err, makeready.ErrIncompleteStream))
	// Output:
	// "one "
	// "two"
	// true
}

func ExampleNewServer() {
	server := modeltest.NewServer(t, modeltest.NewScript(t, modeltest.Text("Good morning.")))
	defer server.Close() // with a test, its end does this

	resp, err := server.Client().Post(server.URL+"/v1/chat/completions", "application/json", strings.NewReader(
		`{"model":"gpt-x","temperature":0.3,"max_tokens":100,"messages":[{"role":"user","content":"Say hello."}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode == http.StatusOK, strings.Contains(string(body), "Good morning."))

	request := server.Requests()[0]
	temperature, _ := request.Field("temperature")
	_, sent := request.Field("top_p")
	fmt.Println(request.Path, temperature, request.Request.Params.MaxTokens, sent)
	// Output:
	// true true
	// /v1/chat/completions 0.3 100 false
}

func ExampleNewPipeServer() {
	server := modeltest.NewPipeServer(t, modeltest.NewScript(t, modeltest.Text("Good morning.")))
	defer server.Close()

	model, err := ollama.New(ollama.WithModel("any"), ollama.WithServerURL(server.URL), ollama.WithHTTPClient(server.Client()))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(llms.GenerateFromSinglePrompt(ctx, model, "Say hello."))
	// Output: Good morning. <nil>
}

func ExampleOutputFaults() {
	good := modeltest.JSON([]string{"refund"})
	for _, fault := range modeltest.OutputFaults()[:3] {
		resp, _ := modeltest.NewScript(t, good.With(fault)).Generate(ctx, makeready.Request{})
		fmt.Printf("%v: %q\n", fault, resp.Text)
	}
	// Output:
	// truncated: "[\"refu"
	// fenced: "```json\n[\"refund\"]\n```"
	// prose_around: "Sure, this is what I found:\n\n[\"refund\"]\n\nTell me if you need anything else."
}

func ExampleCassette() {
	file := filepath.Join(os.TempDir(), "modeltest-example.json")
	defer os.Remove(file)
	hello := makeready.Request{Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "Say hello."}}}

	// With a test and without a mode it replays, and -modeltest.record records.
	recording := modeltest.OpenCassette(t, file, modeltest.CassetteConfig{Mode: modeltest.Record})
	live := modeltest.NewScript(t, modeltest.Text("Good morning.")) // stands for a provider
	resp, err := makeready.Wrap(live, recording.Middleware).Generate(ctx, hello)
	fmt.Println(resp.Text, err, recording.Close())

	replaying := modeltest.OpenCassette(t, file, modeltest.CassetteConfig{})
	nobody := makeready.ModelFunc(nil)
	resp, err = makeready.Wrap(nobody, replaying.Middleware).Generate(ctx, hello)
	fmt.Println(resp.Text, err, replaying.Close())
	// Output:
	// Good morning. <nil> <nil>
	// Good morning. <nil> <nil>
}

func ExampleTestModel() {
	constant := makeready.ModelFunc(func(context.Context, makeready.Request) (makeready.Response, error) {
		return makeready.Response{Text: "Blue.", Stop: makeready.StopEnd}, nil
	})
	err := modeltest.TestModel(constant)
	first, _, _ := strings.Cut(err.Error(), ":")
	fmt.Println(first, strings.Contains(err.Error(), "the chunks since the last Reset make"))
	// Output: modeltest true
}

func ExampleTestMiddleware() {
	// It lets the model stream a text, and returns another one.
	shout := func(next makeready.Model) makeready.Model {
		return makeready.ModelFunc(func(ctx context.Context, req makeready.Request) (makeready.Response, error) {
			resp, err := next.Generate(ctx, req)
			resp.Text = strings.ToUpper(resp.Text)
			return resp, err
		})
	}
	err := modeltest.TestMiddleware(shout)
	first, _, _ := strings.Cut(err.Error(), " (")
	fmt.Println(first)
	// Output:
	// modeltest: middleware, request 1, streaming: the chunks since the last Reset make "The parcel left the warehouse on Tuesday.", the response says "THE PARCEL LEFT THE WAREHOUSE ON TUESDAY."
}
