package makeready

import "fmt"

// Role says who speaks in a [Message].
type Role uint8

// The roles. The zero Role is invalid, so that a forgotten role is noticed.
const (
	RoleSystem Role = iota + 1
	RoleUser
	RoleAssistant
	RoleTool
)

var roleNames = [...]string{RoleSystem: "system", RoleUser: "user", RoleAssistant: "assistant", RoleTool: "tool"} //archtest:table names of constants

// String returns the role's name as providers spell it, or "role(n)".
func (r Role) String() string { return enumName("role", roleNames[:], uint8(r)) }

// MarshalText returns the role's name.
func (r Role) MarshalText() ([]byte, error) { return marshalEnum("role", roleNames[:], uint8(r)) }

// UnmarshalText accepts the names that MarshalText returns.
func (r *Role) UnmarshalText(b []byte) error {
	return unmarshalEnum("role", roleNames[:], b, (*uint8)(r))
}

// A Message is one turn of a prompt. Roles are structure: no text inside a
// message can start another one.
type Message struct {
	Role Role   `json:"role"`
	Text string `json:"text,omitempty"`
	// Parts follow Text: images, or the tool calls of an assistant.
	Parts []Part `json:"parts,omitempty"`
	// CallID is that of the tool call that a message of RoleTool answers.
	CallID string `json:"call_id,omitempty"`
	// Spans mark, in ascending order and without overlap, the bytes of Text
	// that no author of the prompt wrote.
	Spans []Span `json:"spans,omitempty"`
}

// A Part is a piece of a message that is not plain text. Exactly one of its
// groups is set: media (Data with MIME, or URL), or a call.
type Part struct {
	// MIME is the media type of Data, for example "image/png".
	MIME string `json:"mime,omitempty"`
	// Data holds the bytes of the media.
	Data []byte `json:"data,omitempty"`
	// URL points to the media when Data is empty.
	URL string `json:"url,omitempty"`
	// Call is a tool call that an assistant made in an earlier turn.
	Call *ToolCall `json:"call,omitempty"`
}

// A Tool is a function that a model may ask the host to call.
type Tool struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// Schema is the JSON Schema of the arguments.
	Schema []byte `json:"schema,omitempty"`
}

// A ToolCall is a model's wish to call a tool. Arguments is JSON text as the
// model wrote it: it is as untrusted as any output.
type ToolCall struct {
	ID        string `json:"id,omitempty"`
	Name      string `json:"name"`
	Arguments string `json:"arguments,omitempty"`
}

// Origin says where untrusted text came from.
type Origin uint8

// The origins. Text outside of every [Span] was written by the prompt's author.
const (
	OriginUser      Origin = iota // typed by a person
	OriginRetrieved               // found in documents
	OriginTool                    // returned by a tool
	OriginModel                   // written by a model
)

var originNames = [...]string{"user", "retrieved", "tool", "model"} //archtest:table names of constants

// String returns the origin's name, or "origin(n)".
func (o Origin) String() string { return enumName("origin", originNames[:], uint8(o)) }

// MarshalText returns the origin's name.
func (o Origin) MarshalText() ([]byte, error) {
	return marshalEnum("origin", originNames[:], uint8(o))
}

// UnmarshalText accepts the names that MarshalText returns.
func (o *Origin) UnmarshalText(b []byte) error {
	return unmarshalEnum("origin", originNames[:], b, (*uint8)(o))
}

// A Span marks bytes [Start, End) of a message's text as the value of an
// untrusted variable.
type Span struct {
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Origin Origin `json:"origin"`
	// Name is the template variable that the text came in through.
	Name string `json:"name,omitempty"`
}

// enumName, marshalEnum and unmarshalEnum serve the small enumerations of this
// package; an empty name marks a value that is not valid.
func enumName(kind string, names []string, v uint8) string {
	if int(v) < len(names) && names[v] != "" {
		return names[v]
	}
	return fmt.Sprintf("%s(%d)", kind, v)
}

func marshalEnum(kind string, names []string, v uint8) ([]byte, error) {
	if int(v) < len(names) && names[v] != "" {
		return []byte(names[v]), nil
	}
	return nil, fmt.Errorf("makeready: no text for %s(%d)", kind, v)
}

func unmarshalEnum(kind string, names []string, text []byte, v *uint8) error {
	for i, name := range names {
		if name != "" && name == string(text) {
			*v = uint8(i)
			return nil
		}
	}
	return fmt.Errorf("makeready: unknown %s, use one of %q", kind, names)
}
