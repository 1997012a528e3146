// Package standin is an offline stand-in for a language model, so that the
// example program answers without a key and without a network.
//
// It is no language model. It reads the prompt: the categories, examples,
// required fields, passages, facts and the shape of the answer that it finds
// in the messages of a request, and nothing else. It knows everyday English,
// as word lists and a small thesaurus, and it knows nothing of the shop.
// Renaming a category in the prompt changes its answers, removing the examples
// of a category makes it miss more of that category's messages, and removing a
// passage makes it uncertain.
//
// # What it reads
//
//	categories     bullets, lines, "a|b|c" or "a, b, c" below or after words such
//	               as "categories:"; "name: description" where there is one
//	examples       "Input: …" and "Output: …", as JSON or as the label alone
//	fields         bullets "name (required): description ask: "question""; the
//	               description says in words what a value looks like: four digits,
//	               an amount of money, a date, an e-mail address, a phone number,
//	               one of: a, b, c
//	passages       lines "[P07] Title: text Next: next step"
//	facts          lists below "facts" or "records"
//	known values   lists "name: value" below "known", "answers" or "entities"
//	the answer     the last JSON with placeholders, such as {"intent": "<category>",
//	               "confidence": 0.0-1.0}, and beside it the one whose status is
//	               "uncertain"
//	the message    what the element <message k="…"> holds, or what follows a
//	               label such as "Customer message:"
//
// # What it does
//
// It classifies by the likeness of the message to the examples shown and to
// the names and descriptions of the categories. The confidence is a
// probability, that of a conditional logit whose few coefficients were fitted
// on development data (TestFit); where no category is likely, it writes the
// uncertain answer that the prompt asks for. A placeholder that is a list,
// ["<category>"], gets one category for each request in the message.
//
// It fills fields by the patterns that their descriptions name, and asks for
// required ones that it does not find. It replies by copying: facts about the
// same things, the nearest sentences of the best passage, the passage's next
// step and an offer to help, as far as the prompt speaks of them; without
// support it is uncertain. A member such as "escalate": true|false is true
// when the customer's words are angry.
//
// # What it cannot do
//
// It does not understand. Irony, negation beyond a few words, spelling
// mistakes, languages other than English and anything that takes two steps of
// thought are beyond it; it obeys no constraint that is not listed here; it
// writes no sentence of its own except the offer. Figures of it say something
// about prompts and programs, and nothing about language models.
package standin
