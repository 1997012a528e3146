package googleai_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/makeready-go/makeready"
	"github.com/makeready-go/makeready/provider"
	"github.com/makeready-go/makeready/provider/googleai"
)

// In production only the key is given. A server on this machine stands for
// Google here.
func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, whole)
	}))
	defer server.Close()

	model, err := googleai.New(context.Background(), provider.Config{
		Model: "gemini-2.5-flash", Key: "AIza...", BaseURL: server.URL, Client: server.Client(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := model.Generate(context.Background(), makeready.Request{
		Messages: []makeready.Message{{Role: makeready.RoleUser, Text: "Say hello."}},
	})
	fmt.Println(resp.Text, resp.Usage.Output, err)
	// Output: Grüße, world 300 <nil>
}
