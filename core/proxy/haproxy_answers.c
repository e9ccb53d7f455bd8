/*
 * The texts of the proxy's own answers. A row has the code, the title (that of the problem and of the page), and
 * what a person can do. No text has a quote or an apostrophe: they stand within both in HAProxy's configuration.
 */
#include "core/proxy/haproxy_answers.h"

/* clang-format off */

#define BAD_BODY "The client sent a body that breaks HTTP: correct it."
#define PROXY_FAILED "Most likely the headers and what the proxy adds do not fit into 80 kB: send fewer or shorter ones."
#define BAD_ANSWER "It closed the connection before its answer, or speaks another protocol than the service is set to."
#define NO_ANSWER "It took the request and was silent. Its log says what it waits for."

#define REASONS(ROW) \
	ROW("stable-down", "No stable version is ready", \
		"Its endpoints are down or fail their health checks: umbra service show says which, and why.") \
	ROW("version-unhealthy", "The pinned version has no ready endpoint", \
		"This request is strict, so no other version may answer it. umbra version show says what its check found.") \
	ROW("version-gone", "The pinned version is gone", \
		"It was retired, or it expired. Pin another one, or end the session: umbra session show says what is pinned.") \
	ROW("session-unknown", "No session has this key", \
		"The key was never given out, or it is mistyped: umbra session list has all that are there.") \
	ROW("session-expired", "The session has ended", \
		"Make another one: umbra session create. The cookie with the old key can be deleted.")
#define OTHERS(ROW) \
	ROW("bad-body", "The body is not valid HTTP", BAD_BODY) \
	ROW("proxy-failed", "The proxy failed", PROXY_FAILED) \
	ROW("bad-answer", "The version broke off, or its answer was not HTTP", BAD_ANSWER) \
	ROW("no-answer", "The version did not answer in time", NO_ANSWER) \
	ROW("loop", "The request goes round in a loop", \
		"Services send it to each other without end: umbra logs trace:ID shows the chain.") \
	ROW("service-unknown", "No service answers to this host", \
		"The known names are below; umbra service set NAME --host HOST adds one.")

#define TITLE_ROW(code, title, advice) code " " title "\n"
#define PAGE_ROW(code, title, advice) \
	"text/html:" code " <!doctype html><html lang=en>" \
	"<meta name=viewport content=\"width=device-width\"><title>" title "</title>" \
	"<body style=font-family:sans-serif;max-width:48em;margin:2em><h1>" title "</h1><p>" advice "</p>" \
	"<pre style=white-space:pre-wrap>\n"

const char answers_titles[] = REASONS(TITLE_ROW);
const char answers_pages[] = REASONS(PAGE_ROW) OTHERS(PAGE_ROW) "text/html:end </pre>\n";

/* Read when an answer is made, which few requests need: a look at what is captured costs next to nothing. */
const char answers_captures[] =
	"	capture request header Upgrade len 1\n"
	"	capture request header Accept len 9\n"
	"	capture request header Origin len 272\n"
	"	capture request header Access-Control-Request-Headers len 512\n";

#define HTML_WANTED "{ " RULES_ACCEPT " -m str text/html }"
#define HTML_TYPE "'text/html; charset=utf-8'"

#define ORIGIN_SENT "{ " RULES_ORIGIN " -m found }"
#define PREFLIGHT "{ " RULES_ASKED " -m found } METH_OPTIONS"

#define OWN_ERROR(status, code, title, reason, advice) \
	"	http-error status " status " content-type application/problem+json lf-string '" PAGE(code) \
	"{\"type\":\"urn:umbra:problem:" code "\",\"title\":\"" title "\",\"status\":" status ",\"code\":\"" code "\"," \
	"\"reason\":\"" reason "\",\"service\":\"%[var(txn.service)]\"," \
	"%[srv_name,field(1,:),map_regm(maps/member.version)]" \
	"%[var(txn.key),map_regm(maps/member.session)]" \
	"\"detail\":\"" advice "\",\"revision\":%[var(txn.revision)]}" PAGE_END "' hdr Cache-Control no-store\n"

#define ITS_REASON "%[var(txn.reason,no-session)]"
const char answers_errors[] =
	OWN_ERROR("400", "bad-body", "The body is not valid HTTP", ITS_REASON, BAD_BODY)
	OWN_ERROR("500", "proxy-failed", "The proxy failed", "proxy-failed", PROXY_FAILED)
	OWN_ERROR("502", "bad-answer", "The version broke off, or its answer was not HTTP", ITS_REASON, BAD_ANSWER)
	OWN_ERROR("504", "no-answer", "The version did not answer in time", ITS_REASON, NO_ANSWER);

/*
 * Notes the time at which a version answered. A 101 to anything but a WebSocket is answered 502: HAProxy would make a
 * tunnel of the connection, and the requests in it would pass no rule.
 */
const char answers_noted[] =
	"	http-response return status 502 content-type application/problem+json hdr Cache-Control no-store lf-string '"
	PAGE("bad-answer")
	"{\"type\":\"urn:umbra:problem:bad-answer\",\"title\":\"The version changed to another protocol\",\"status\":502,"
	"\"code\":\"bad-answer\",\"reason\":\"%[var(txn.reason,no-session)]\",\"service\":\"%[var(txn.service)]\","
	"%[srv_name,field(1,:),map_regm(maps/member.version)]%[var(txn.key),map_regm(maps/member.session)]"
	"\"detail\":\"It answered 101, and of upgrades only a WebSocket was passed on to it.\","
	"\"revision\":%[var(txn.revision)]}" PAGE_END "' if { status 101 } !{ var(txn.websocket) -m found }\n"
	"	http-response set-var(txn.answered) date(0,us)\n";

/*
 * For a rule of the frontend that fails: no backend is chosen by then, so answers_errors are not used, and nothing is
 * decided, so its reason is that it failed. Answers that come from a backend have gone through its own lines.
 */
const char answers_frontend[] =
	"	http-error status 500 content-type application/problem+json lf-string '" PAGE("proxy-failed")
	"{\"type\":\"urn:umbra:problem:proxy-failed\",\"title\":\"The proxy failed\",\"status\":500,\"code\":\"proxy-failed\","
	"\"reason\":\"proxy-failed\",\"service\":\"%[var(txn.service)]\",\"detail\":\"" PROXY_FAILED "\","
	"\"revision\":%[var(txn.revision)]}" PAGE_END "' hdr Cache-Control no-store hdr Routing-Decision"
	" '%[var(txn.service,*)]=\"\";reason=proxy-failed;revision=%[var(txn.revision)]'\n"
	"	http-after-response allow unless { be_name -m str " RULES_FRONTEND " }\n"
	"	http-after-response set-var(txn.want) var(txn.service) if { status 500 }\n";

#define OWN_ORIGIN RULES_ORIGIN ",lower,regsub(^https?://,),host_only"
#define ORIGIN_KNOWN "{ var(txn.origin) -m found }"
/* The last lines after an answer that was the proxy's own. */
const char answers_own[] =
	"	http-after-response set-header Content-Type " HTML_TYPE " if " HTML_WANTED " { status 400 500 502 503 504 508 }\n"
	"	http-after-response add-header Vary Accept\n"
	"	http-after-response set-var(txn.origin) " OWN_ORIGIN ",map_str(maps/hosts) if " ORIGIN_SENT "\n"
	"	http-after-response set-var(txn.origin) " OWN_ORIGIN ",map_regm(maps/prefix),field(1,/),map_str(maps/hosts)"
	" if " ORIGIN_SENT " !" ORIGIN_KNOWN "\n"
	"	http-after-response add-header Vary Origin if " ORIGIN_SENT "\n"
	"	http-after-response allow if !" ORIGIN_KNOWN "\n"
	"	http-after-response set-header Access-Control-Allow-Origin %[" RULES_ORIGIN "]\n"
	"	http-after-response set-header Access-Control-Allow-Credentials true\n"
	"	http-after-response set-header Access-Control-Expose-Headers 'Routing-Decision, Server-Timing'\n"
	"	http-after-response set-header Access-Control-Allow-Headers %[" RULES_ASKED "] if " PREFLIGHT "\n"
	"	http-after-response set-header Access-Control-Allow-Methods 'GET, HEAD, POST, PUT, PATCH, DELETE' if " PREFLIGHT "\n"
	"	http-after-response set-status 200 if " PREFLIGHT "\n";

#define OURS "(?:routing-(?:session|pins|strict)|baggage|traceparent|tracestate)"
#define ALLOWED "{ var(txn.allowed) -m found }"
/* For an answer of a version. */
const char answers_cross_origin[] =
	"	http-response allow if !" ORIGIN_SENT "\n"
	"	http-response set-var(txn.allowed) res.fhdr(access-control-allow-origin)\n"
	"	http-response unset-var(txn.allowed) if " ALLOWED
	" !{ var(txn.allowed) -m str * } !{ " RULES_ORIGIN ",strcmp(txn.allowed) eq 0 }\n"
	"	http-response add-header Access-Control-Expose-Headers 'Routing-Decision, Server-Timing' if " ALLOWED "\n"
	"	http-response add-header Access-Control-Allow-Headers '%[" RULES_ASKED ",lower,"
	"regsub(\"(^|,)[ \\t]*+(?!" OURS "[ \\t]*(?:,|$))[^,]*\",,g),regsub(\"^,\",\"\")]' if " ALLOWED " " PREFLIGHT
	" { " RULES_ASKED " -m reg -i '(^|[ ,])" OURS "([ ,]|$)' }\n";

const char answers_unknown[] =
	"# Hosts of no service.\n"
	"defaults unknown from base\n"
	"	http-after-response set-header Content-Type " HTML_TYPE " if " HTML_WANTED "\n";

/* clang-format on */
