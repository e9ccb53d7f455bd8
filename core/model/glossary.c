/*
 * The glossary as one table, for `umbra help WORD` and the dashboard, which adds the reasons of decisions. Invariant:
 * a word has one meaning, everywhere in the program.
 */
#include "core/model/glossary.h"

#include "core/base/xalloc.h"

const struct glossary_word glossary_words[] = {
	{NULL, "words"},
	{"environment",
		"The whole: services, their versions, and the sessions that choose among them."},
	{"service", "What a request is sent to, named by its host name."},
	{"version", "One build of a service that runs; it has one to eight endpoints."},
	{"stable",
		"The version that serves all requests without a pin; at most one of each service."},
	{"ephemeral", "A version beside stable, for a pull request or a laptop; it goes when its "
		      "lifetime ends."},
	{"endpoint", "A host and port at which a version listens."},
	{"pull request", "A number in a forge that versions of several services may share."},
	{"session", "A key that requests carry, with an owner, pins, a policy and an end."},
	{"session key", "What requests carry: an address, not a secret. Who has it, or guesses it, "
			"is served by the same versions."},
	{"pin", "For requests of the session, this version serves that service."},
	{"direct pin", "A request's own Routing-Pins, header or baggage, names the version; it "
		       "wins over the session."},
	{"lenient", "A pin that cannot be followed is served by stable."},
	{"strict", "A pin that cannot be followed is answered with 503, never by another version."},
	{"carrier",
		"Where the key was found: header, baggage, query, cookie or host, in this order."},
	{"decision", "Which version serves one hop, and the reason why."},
	{"request", "One hop through the proxy, as it was logged; a page is often many of them."},
	{"trace", "The hops that share a trace id: what one click set in motion."},
	{"caller", "The version that made a request, as the proxy knows it from the hop before."},
	{"outside", "Where requests come from that no service here was seen making."},
	{"event", "One change of the environment, with who made it and what was before."},
	{"revision", "The environment's counter: one up with each change, never given twice."},
	{"tombstone", "What is remembered for a day of a version or session that is gone."},
	{"control plane", "umbra serve: it knows the environment and tells the proxy."},
	{"agent", "The part that programs a proxy and reads its log and health."},
	{"proxy", "HAProxy: every request goes through it, at every hop."},
	{NULL, "columns"},
	{"PR", "The number of the pull request the version was built from."},
	{"AUTHOR", "Who opened that pull request."},
	{"COMMIT", "The commit the version was built from."},
	{"AGE", "How long ago it was deployed; of a session, created."},
	{"EXPIRES", "How long until it goes by itself; a ! means within 15 minutes."},
	{"HEALTH", "What checks say; of a service, how many of its versions are ready."},
	{"REQ/S", "Requests a second over the last minute."},
	{"5XX%", "How many of 100 requests were answered with 500 or above."},
	{"P95", "95th percentile; a service shows its slowest version's."},
	{"LAST MINUTE", "Requests over the last 60 seconds; the highest bar is the service's "
			"busiest moment."},
	{"PINS", "How many sessions pin the version; of a session, how many services it pins."},
	{"OWNER", "The owner of a session or a service."},
	{"POLICY", "lenient or strict: what becomes of a pin that cannot be followed."},
	{"NOW, STAGED",
		"What serves the service for this session, and what is chosen but not sent yet."},
	{"TIME", "When it was, in your time zone."},
	{"WHY", "The reason of the decision; each is explained below."},
	{"STATUS", "The response's status; - when the request was cut before one."},
	{"MS", "Milliseconds from the first byte of the request to the last of the answer."},
	{"CALLER", "Who made the request; empty for what came from outside."},
	{"WHO", "Who changed something, as they said; umbra is the control plane itself."},
	{"WHAT IS DIFFERENT", "The fields that changed, before and after."},
	{"REVISION", "The environment's revision with the change."},
	{"CALLS/S", "Calls a second between the two over the last minute."},
	{"SHARE", "How much of all its caller's calls this is; of a version, of the row above it."},
	{"WHAT CHANGES", "What applying a staged pin would do, from a dry run."},
};
const size_t glossary_word_count = ARRAY_LEN(glossary_words);

const char *glossary_find(struct str word)
{
	/* What a column says, PR, is not what a person asks for who writes pr. */
	for (size_t i = 0; i < glossary_word_count; i++)
		if (glossary_words[i].word != NULL && str_eq_c(word, glossary_words[i].word))
			return glossary_words[i].meaning;
	for (size_t i = 0; i < glossary_word_count; i++)
		if (glossary_words[i].word != NULL &&
			str_eq_nocase(word, str_of(glossary_words[i].word)))
			return glossary_words[i].meaning;
	return NULL;
}
