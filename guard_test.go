package makeready_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/makeready-go/makeready"
)

func TestJudgeFailsClosed(t *testing.T) {
	boom := errors.New("boom")
	verdict := func(v makeready.Verdict, err error) makeready.Guardrail {
		return makeready.GuardrailFunc(func(context.Context, makeready.Content) (makeready.Verdict, error) { return v, err })
	}
	findings := []makeready.Finding{{Rule: "a", Score: .2, Reason: "weak"}, {Rule: "b", Score: .9, Reason: "strong"}, {Rule: "c", Score: 1}}
	tests := []struct {
		name    string
		guard   makeready.Guardrail
		text    string
		outcome makeready.Outcome // Answered: passes
		reason  string
		cause   error
		action  makeready.Action // in the record
	}{
		{"allow", verdict(makeready.Verdict{Action: makeready.Allow}, nil), "text", makeready.Answered, "", nil, makeready.Allow},
		{"flag", verdict(makeready.Verdict{Action: makeready.Flag, Findings: findings}, nil), "text", makeready.Answered, "", nil, makeready.Flag},
		{"redact", verdict(makeready.Verdict{Action: makeready.Redact, Rewrite: "[X]"}, nil), "[X]", makeready.Answered, "", nil, makeready.Redact},
		{"block", verdict(makeready.Verdict{Action: makeready.Block, Findings: findings}, nil), "", makeready.Blocked, "strong", nil, makeready.Block},
		{"block without a finding", verdict(makeready.Verdict{Action: makeready.Block}, nil), "", makeready.Blocked, makeready.ReasonNotSpecified, nil, makeready.Block},
		{"escalate", verdict(makeready.Verdict{Action: makeready.Escalate, Findings: findings}, nil), "", makeready.Escalated, "strong", nil, makeready.Escalate},
		{"zero verdict", verdict(makeready.Verdict{}, nil), "", makeready.Blocked, makeready.ReasonNoVerdict, nil, makeready.Block},
		{"unknown action", verdict(makeready.Verdict{Action: 77}, nil), "", makeready.Blocked, makeready.ReasonBadVerdict, nil, makeready.Block},
		{"error beside allow", verdict(makeready.Verdict{Action: makeready.Allow}, boom), "", makeready.Blocked, makeready.ReasonGuardFailed, boom, makeready.Block},
		{"panic", makeready.GuardrailFunc(func(context.Context, makeready.Content) (makeready.Verdict, error) { panic("x") }), "", makeready.Blocked, makeready.ReasonGuardFailed, nil, makeready.Block},
		{"nil", nil, "", makeready.Blocked, makeready.ReasonGuardFailed, nil, makeready.Block},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec, _, err := execute(t.Context(), makeready.Settings{}, func(ctx context.Context) error {
				text, err := makeready.Judge(ctx, tt.guard, makeready.Content{Text: "text"})
				require.Equal(t, tt.text, text)
				if tt.outcome == makeready.Answered {
					require.NoError(t, err)
					return nil
				}
				exit, ok := errors.AsType[*makeready.Exit](err)
				require.True(t, ok, "a refusal is an exit, so that no fallback reaches an unguarded stage")
				require.Equal(t, tt.outcome, exit.Outcome)
				require.Equal(t, tt.reason, exit.Reason)
				if tt.cause != nil {
					require.ErrorIs(t, err, tt.cause)
				}
				return err
			})
			require.NoError(t, err)
			require.Equal(t, tt.outcome, rec.Outcome)
			op := rec.Ops[1]
			require.Equal(t, makeready.OpGuard, op.Kind)
			require.Equal(t, tt.action, op.Action)
			require.Equal(t, tt.outcome, op.Outcome)
		})
	}
}

func TestJudgeBlocksWhenCancelled(t *testing.T) {
	allow := makeready.GuardrailFunc(func(context.Context, makeready.Content) (makeready.Verdict, error) {
		return makeready.Verdict{Action: makeready.Allow}, nil
	})
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := makeready.Judge(ctx, allow, makeready.Content{})
		require.ErrorIs(t, err, makeready.ErrBlocked)
	})
	t.Run("during", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		hasty := makeready.GuardrailFunc(func(ctx context.Context, c makeready.Content) (makeready.Verdict, error) {
			cancel()
			return allow(ctx, c)
		})
		_, err := makeready.Judge(ctx, hasty, makeready.Content{})
		require.ErrorIs(t, err, makeready.ErrBlocked)
		require.ErrorIs(t, err, context.Canceled)
	})
}
