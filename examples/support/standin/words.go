package standin

// Words that carry little of what a sentence is about. Function words hardly
// count and everyday words count less than rare ones: a reader without a
// corpus has nothing better to weigh words with.
var functionWords = [...]string{ //archtest:table English function words
	"a an the this that these those and or but nor so if then than as at by for from in into of off on onto out over per to up upon via with",
	"am is are was were be been being do does did done doing has have had having will would shall should can could may might must",
	"i im ive id ill me my mine myself we us our ours you your yours youre youve he him his she her hers it its they them their theirs there theres here hey hi hello",
	"not no dont doesnt didnt isnt arent wasnt werent wont cant cannot couldnt shouldnt wouldnt havent hasnt hadnt aint yes",
	"just also too very really quite only even still yet already again ever any some all both each every such own same much many more most few less",
	"please pls kindly ok okay well now today because since while though although whereas however about after before during until till s t re ll ve d m",
	"one something anything everything nothing someone anyone somebody anybody nobody everyone whatever",
}

var everydayWords = [...]string{ //archtest:table common English words that fit any topic
	"want need like would love know tell say let give get got go going come make made take put see look find think try use help show ask keep set run said seem mean happen",
	"thing way kind sort lot bit time day good great new old right sure able possible best better big little long high whole other another else different next last first second",
	"how what when where which who whom whose why",
	"thank thanks people person man woman guy world place side part point case fact number",
	"back down away around through between without within against under above",
	"actually anymore always never often maybe perhaps soon later ago wonder supposed currently",
}

// What words tell about the sentence they are in.
type mark uint16

const (
	markOpensQuestion mark = 1 << iota // as the first word of a clause
	markSelf                           // speaks of the writer
	markFacts                          // names the wish to know facts
	markFailure                        // names something that fails
	markDenial                         // denies, or tells of resistance
	markModal                          // asks for leave or help, before a pronoun
	markWish                           // tells a wish, before "to"
	markInside                         // may stand inside a phrase: "switch it off"
	markDeterminer                     // may do so with one more word: "switch the light off"
	markUpset                          // tells that the writer is angry or has lost patience
)

var marked = [...]struct { //archtest:table what English words tell about a sentence
	mark  mark
	words string
}{
	{markOpensQuestion, "is are do does did can could will would what which how who where when why has have may"},
	{markSelf, "i im ive id my mine me we our us"},
	{markFacts, "question facts compare which what how know information feature inquiry ask"},
	{markFailure, "broken break faulty defective damaged dead fail failure malfunction misbehaves stop stopped error fault problem issue bug glitch crash frozen freeze hang stuck jam wrong incorrect inaccurate leak noise lost missing late delay locked hacked"},
	{markDenial, "wont doesnt dont cant cannot isnt arent didnt not no never nothing refuse keep"},
	{markModal, "can could do would may might shall"},
	{markWish, "want like need wish how love"},
	{markInside, "it them this that these those itself something everything one me him her us"},
	{markDeterminer, "the a an my your our his her this that these those"},
	{markUpset, "furious angry outraged outrageous unacceptable ridiculous disgusted disgusting disgrace disgraceful appalling livid frustrated frustrating fed useless terrible awful horrible annoyed annoying pathetic shame"},
}

// The weights of words, relative to a word that is in neither list.
const (
	weightFunction = 0.1
	weightEveryday = 0.3
	weightContent  = 1.0
	weightNumber   = 0.3
	weightAmount   = 0.5
	// requested raises the first word of content after "I would like to" and
	// the like, where English puts what the sentence is about.
	requested = 1.5
	// consumed lowers the words of a phrase, which counts by itself.
	consumed = 0.3
)
