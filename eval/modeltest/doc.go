// Package modeltest is to models what net/http/httptest is to handlers: models
// and providers for tests, that answer as the test wrote down, fail in every
// way that real ones do, and say what they were asked.
//
// A [Script] is a model. It is strict: a request that it has no reply for, and
// a reply that nobody asks for, fail the test.
//
//	func TestTriage(t *testing.T) {
//		script := modeltest.NewScript(t,
//			modeltest.Reply{Fault: modeltest.RateLimited, RetryAfter: 2 * time.Second},
//			modeltest.JSON(Intent{"refund", 0.92}).With(modeltest.TrailingComma),
//		)
//		script.When(modeltest.Prompt("respond")).Reply(modeltest.Text("We refund you today."))
//
//		result, err := support.New(script).Execute(t.Context(), "I want my money back")
//		…
//		require.Equal(t, 100, script.Requests()[0].Params.MaxTokens)
//	}
//
// # Faults
//
// An [OutputFault] is what models do to their output: fences, prose, broken
// JSON, a refusal, a leaked prompt. [Reply.With] puts it into a good reply. A
// [TransportFault] is what happens on the way: limits, overload, cut streams,
// hangs. A parser may repair what an OutputFault does to JSON: to force a second
// attempt, use MissingField. Both come as lists for tests that go through all of them.
//
// # Servers
//
// A [Server] lets a Script answer over the wire formats of OpenAI, Anthropic
// and Ollama, for what talks to a provider: real clients, with their bugs. It
// keeps what it received, so that a test can say what was sent and what not:
//
//	server := modeltest.NewServer(t, script)
//	client, err := openai.New(openai.WithBaseURL(server.URL+"/v1"), openai.WithHTTPClient(server.Client()), …)
//	…
//	temperature, sent := server.Requests()[0].Field("temperature")
//
// [NewPipeServer] does the same without a socket, so that it works inside a
// bubble of testing/synctest: 20 seconds of latency pass in less than a
// millisecond.
//
//	synctest.Test(t, func(t *testing.T) {
//		server := modeltest.NewPipeServer(t, modeltest.NewScript(t, modeltest.Reply{Text: "late", Latency: 20 * time.Second}))
//		…
//	})
//
// # Cassettes
//
// A [Cassette] records a real model once and replays it without network:
//
//	cassette := modeltest.OpenCassette(t, "testdata/triage.json", modeltest.CassetteConfig{})
//	model := makeready.Leaf("openai", "gpt-x", makeready.Wrap(client, cassette.Middleware))
//
// It replays unless the test is told otherwise, by [CassetteConfig] or with
//
//	go test ./triage -modeltest.record            # record what is missing, drop what is stale
//	go test ./triage -modeltest.record=all        # record everything anew
//	go test ./triage -modeltest.record=passthrough
//
// The flag exists in the test binaries of packages that import this one; name
// them, because the go command hands a flag to every binary that it runs, and
// one that does not know it fails.
//
// # Conformance
//
// [TestModel] and [TestMiddleware] check implementations of the contracts, in
// the manner of [testing/fstest.TestFS]: they return an error that says all
// that is wrong, and why it matters.
//
//	func TestConforms(t *testing.T) {
//		require.NoError(t, modeltest.TestModel(myModel))
//		require.NoError(t, modeltest.TestMiddleware(myMiddleware))
//	}
//
// No server of this package is reached from another machine, and every wait in
// it ends.
package modeltest
