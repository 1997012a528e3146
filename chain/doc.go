// Package chain composes stages into chains: typed steps, control flow in plain
// Go, deliberate exits, and a record of what every run did.
//
//	classify, err := chain.Prompt("classify", chain.PromptConfig[Message, Intent]{
//		Template: tmpl, Model: model,
//	})
//	support := chain.New("support", func(ctx context.Context, in Message) (Reply, error) {
//		intent, err := classify.Run(ctx, in)
//		if err != nil {
//			return Reply{}, err
//		}
//		if err := (chain.Bands{}).Check(ctx, intent.Confidence); err != nil {
//			return Reply{}, err
//		}
//		return respond.Run(ctx, Draft{in, intent})
//	})
//	res, err := support.Execute(ctx, in)
//
// # Stages
//
// [New] and [Prompt] name a stage. Inside a run, a named stage records itself;
// outside of one, for example in a test, it just runs. Plain functions
// ([makeready.Func]) pass through unrecorded. A stage does not start once its
// context is done.
//
// # How a run ends
//
// A stage that returns a value goes on. A stage that returns an exit ([Ask],
// [Escalate], [Uncertain]) ends the run deliberately: Execute returns the exit
// in the result and a nil error. Any other error is a malfunction: Execute
// returns it as a [makeready.StageError] that names the innermost named stage,
// and the result is [makeready.Failed] with a message that is safe to show. A
// panic is a malfunction, too; its value is kept for the debugger and never
// printed.
//
// # Concurrency
//
// Stages are immutable and safe for concurrent use as far as the functions,
// templates, models and validators in them are.
package chain
