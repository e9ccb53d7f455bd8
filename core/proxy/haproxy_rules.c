/*
 * HAProxy's rules, written by hand. haproxy_config.c puts them around what differs between environments.
 *
 * Variables (all txn): service; k_header .. k_host (the carriers), key; sent (the key, where it is one);
 * hops (how many proxies it has passed before this one); pins (direct pins as one text), direct (the pin in it
 * for this service); ours (our members of the baggage that goes upstream, each with its comma, where the
 * request took the long way, which `caller` tells); want (the version a pin names), entry (what
 * maps/SERVICE.versions says of it, when that is more than a word), reason (with ".strict" behind it until the
 * strict backend cuts that off; there is one when there is a key or pins), intended; by (the version that
 * an answer of our own names). Where a rule of the frontend fails, want is the service, for the log.
 * The cost of a rule is 0.1 to 0.4 us a request, of a condition 0.1; that
 * is why nothing is computed here that the reader of the log can compute.
 */
#include "core/proxy/haproxy_rules.h"

#include "core/base/xalloc.h"
#include "core/model/routing_context.h"
#include "core/proxy/haproxy_answers.h"

/* clang-format off */

#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)

/* What a key is cut to, and made harmless. */
#define KEY "bytes(0," STRING(RULES_KEY_MAX) "),url_enc"

/* Members of a 503's body. Those that may be missing come with their comma from maps/member.*, or not at all. */
#define PROBLEM_MEMBERS \
	"\"service\":\"%[var(txn.service)]\"," \
	"%[var(txn.want),url_enc,map_regm(maps/member.version)]" \
	"%[var(txn.key),map_regm(maps/member.session)]" \
	"\"revision\":%[var(txn.revision)],"

/* The version that is asked, and whether it answered. */
#define ASKED "srv_name,field(1,:)"
#define ANSWERED "{ var(txn.answered) -m found }"

#define DECISION(service, version, session) \
	"	http-after-response set-header Routing-Decision " \
	"'" service "=\"%[" version "]\";reason=%[var(txn.reason,no-session)]" session ";revision=%[var(txn.revision)]' "
#define SESSION_OF ";session=\"%[var(txn.key)]\""

#define TIMING(service, version, trace) \
	"	http-after-response add-header Server-Timing " \
	"'route;desc=\"" service "@%[" version "];reason=%[var(txn.reason,no-session)]\"" trace "' "
#define TRACE_OF ",trace;desc=\"%[var(txn.trace)]\""

/* Who carries neither key nor direct pins has no reason, and gets less. */
#define REASON_HEADERS(service, version, condition) \
	DECISION(service, version, SESSION_OF) "if { var(txn.key) -m found } " condition "\n" \
	TIMING(service, version, TRACE_OF) "if { var(txn.reason) -m found } " condition "\n" \
	"	http-after-response set-header Cache-Control no-store if { var(txn.reason) -m found } " condition "\n" \
	"	http-after-response set-header Sunset '%[var(txn.entry),field(3,:),add(0),http_date]' if { var(txn.entry) -m found } " \
	"!{ var(txn.entry) -m end :0 } { " version " -m found } " RULES_READY " " condition "\n"
#define OTHER_HEADERS(service, version, condition) \
	DECISION(service, version, "") "if !{ var(txn.key) -m found } " condition "\n" \
	TIMING(service, version, "") "if !{ var(txn.reason) -m found } " condition "\n"

/* Answers of versions are through first, those to requests with a key before others; the rules for our own follow. */
#define ANSWER_HEADERS(service) \
	REASON_HEADERS(service, ASKED, ANSWERED) \
	"	http-after-response allow if { var(txn.key) -m found } " ANSWERED "\n" \
	OTHER_HEADERS(service, ASKED, ANSWERED) \
	"	http-after-response allow if " ANSWERED "\n"
/* Only a version that was asked for an answer is named in our own. Where a rule failed the reason may not be known yet. */
#define OWN_HEADERS(service) \
	"	http-after-response set-var(txn.by) " ASKED " if { status 400 500 502 504 }\n" \
	"	http-after-response set-var(txn.reason) str(proxy-failed) if { status 500 }\n" \
	REASON_HEADERS(service, "var(txn.by)", "TRUE") \
	OTHER_HEADERS(service, "var(txn.by)", "TRUE")

const char rules_base[] =
	"defaults base\n"
	"	mode http\n"
	"	log global\n"
	"	option log-health-checks\n"
	"	option http-no-delay\n" /* or the parts of a stream wait up to 200 ms for each other */
	"	option dontlognull\n" /* a connection on which nothing was asked is no request */
	"	option http-ignore-probes\n"
	"	option idle-close-on-response\n"
	"	timeout connect 2s\n"
	"	timeout check 2s\n" /* else it is the interval: too little where that is short, or an hour */
	/* LIMIT_SILENCE_MS; the client's bounds every service's. A peer that is gone is found by keepalives. */
	"	timeout client 24h\n"
	"	timeout server 24h\n"
	"	timeout tunnel 24h\n"
	"	option clitcpka\n"
	"	clitcpka-idle 60s\n"
	"	clitcpka-intvl 15s\n"
	"	clitcpka-cnt 4\n"
	"	option srvtcpka\n"
	"	srvtcpka-idle 60s\n"
	"	srvtcpka-intvl 15s\n"
	"	srvtcpka-cnt 4\n"
	"	timeout http-request 10s\n"
	"	timeout http-keep-alive 15s\n"
	"	load-server-state-from-file global\n"
	"\n";

/* Once for each request that is sent on. */
#define COUNT_HOP "	http-request set-header Routing-Hops %[var(txn.hops,0),add(1)]\n"

/* One that has passed so many proxies is in a loop, and would go on until nobody else is served. */
const char rules_loop[] =
	"	http-request return status 508 content-type application/problem+json hdr Cache-Control no-store lf-string '"
	PAGE("loop")
	"{\"type\":\"urn:umbra:problem:loop\",\"title\":\"The request goes round in a loop\",\"status\":508,"
	"\"code\":\"loop\",\"reason\":\"%[var(txn.reason)]\",\"hops\":%[var(txn.hops),add(1)],"
	"\"caller\":\"%[var(txn.caller),url_dec,json(utf8s)]\"," PROBLEM_MEMBERS
	"\"detail\":\"It has passed the proxy %[var(txn.hops),add(1)] times. The records of its trace show the services"
	" that send it to each other.\"}" PAGE_END "' if { var(txn.hops),add(1) ge " STRING(RULES_HOPS_MAX) " }\n";

const char rules_lenient[] =
	"# A service for lenient requests. A refused connection goes on to stable at once; the rules after the\n"
	"# answer then mend the reason.\n"
	"defaults lenient from base\n"
	"	balance roundrobin\n"
	"	option redispatch 1\n"
	"	retries 3\n"
	COUNT_HOP
	"	http-error status 503 content-type application/problem+json lf-string '" PAGE("stable-down")
	"{\"type\":\"urn:umbra:problem:stable-down\",\"title\":\"No stable version is ready\",\"status\":503,"
	"\"code\":\"stable-down\",\"reason\":\"stable-down\","
	"\"intended\":\"%[var(txn.reason,no-session),map_str(maps/fallen)]\",\"strict\":false,"
	PROBLEM_MEMBERS "\"tombstone\":%[var(txn.service),concat(@,txn.want),map_str(maps/gone,null)]}" PAGE_END "' "
	"hdr Cache-Control no-store\n"
	"	http-response set-var(txn.reason) str(version-unhealthy) if " RULES_READY
	" !{ " ASKED ",strcmp(txn.want) eq 0 }\n"
	ANSWER_HEADERS("%b")
	"	http-after-response set-var(txn.intended) var(txn.reason,no-session),map_str(maps/fallen) if { status 503 }\n"
	"	http-after-response set-var(txn.reason) str(stable-down) if { status 503 } { var(txn.intended) -m found }\n"
	OWN_HEADERS("%b");

const char rules_strict[] =
	"# Its twin for strict requests: the server that was named, or 503. `refused` is the reason of that.\n"
	"defaults strict from base\n"
	"	balance roundrobin\n"
	"	retries 0\n"
	COUNT_HOP
	"	http-error status 503 content-type application/problem+json lf-string '" PAGE_OF("txn.refused")
	"{\"type\":\"urn:umbra:problem:%[var(txn.refused)]\",\"title\":\"%[var(txn.refused),map_str(maps/titles)]\","
	"\"status\":503,\"code\":\"%[var(txn.refused)]\",\"reason\":\"%[var(txn.refused)]\","
	"%[var(txn.intended),map_regm(maps/member.intended)]\"strict\":true,"
	PROBLEM_MEMBERS "\"tombstone\":%[var(txn.tombstone,none),map_str(maps/gone,null)]}" PAGE_END "' "
	"hdr Cache-Control no-store\n"
	"	http-response unset-var(txn.intended)\n"
	ANSWER_HEADERS("%[var(txn.service)]")
	"	http-after-response unset-var(txn.intended) if !{ status 503 }\n"
	"	http-after-response set-var(txn.reason) var(txn.refused) if { status 503 }\n"
	OWN_HEADERS("%[var(txn.service)]");

/*
 * Read by haproxy_log.c. Numbers and words that hold no space come first; what is captured as it came is
 * last. %lc counts the lines of this process: a gap in it is a line that was lost. Two threads at once may write the
 * same of it; %rt, the number of the request, is given once.
 */
const char rules_log[] =
	"	capture request header Host len 320\n"
	"	capture request header Routing-Session len " STRING(RULES_KEY_MAX) "\n"
	"	capture request header baggage len " STRING(RULES_BAGGAGE_MAX) "\n"
	"	capture request header traceparent len 56\n"
	"	log-format 'R %lc/%rt %pid %[var(txn.came)] %[date(0,us)] %[var(txn.answered)] %ST %B %U %rc %ts"
	" %HV %HM %b %s [%si]:%sp %[var(txn.reason)] %[var(txn.intended)]/%[var(txn.want)] %[var(txn.revision)]"
	" %[var(txn.trace)] %[var(txn.caller)] %[var(txn.k_header)] %[var(txn.k_baggage)]"
	" %[var(txn.k_query)] %[var(txn.k_cookie)] %[var(txn.k_host)] %[var(txn.malformed)]"
	" %HP %hr'\n";

/*
 * What is captured takes one walk through the headers, and a look at it a tenth of what it takes to find a
 * header. It is the last of several, and of some only whether they are there.
 */
const char rules_captures[] =
	"	capture request header Routing-Pins len 1\n"
	"	capture request header Routing-Strict len 1\n"
	"	capture request header Cookie len 1\n"
	"	capture request header Routing-Hops len " STRING(RULES_HOPS_DIGITS) "\n"
	"	capture request header tracestate len 1\n";
#define SESSION "capture.req.hdr(1)"
#define SESSION_SENT "{ " SESSION " -m found }"
#define BAGGAGE RULES_BAGGAGE
#define TRACEPARENT "capture.req.hdr(3)"
#define PINS_SENT "{ capture.req.hdr(4) -m found }"
#define STRICT_SENT "{ capture.req.hdr(5) -m found }"
#define COOKIE_SENT "{ capture.req.hdr(6) -m found }"
#define HOPS "capture.req.hdr(7)"
#define TRACESTATE_SENT "{ capture.req.hdr(8) -m found }"
#define UPGRADE_SENT "{ " RULES_UPGRADE " -m found }"

#define BLANK "[\\x20\\t]*"

/*
 * HAProxy (2.6) lets a NUL in an HTTP/1 header through, and some of what reads a header ends at it, so that rules and
 * version would read different requests. Such a request is malformed (RFC 9110 section 5.5). Costs 0.25 us.
 */
const char rules_service[] =
	"	http-request deny deny_status 400 if { req.hdrs -m reg '\\x00' }\n"
	"	http-request set-var(txn.came) date(0,us)\n"
	"	http-request set-var(txn.revision) var(proc.revision)\n"
	"	http-request set-var(txn.service) " RULES_HOST ",map_str(maps/hosts)\n";

/*
 * What would become a tunnel: requests in it would pass all rules. Only a WebSocket may, which stays with the
 * version it was opened to. HTTP/2 asks for one by CONNECT with a protocol, which comes here as an upgrade;
 * elsewhere a client that is not offered its upgrade goes on with HTTP/1.1 (RFC 9110 section 7.8).
 */
#define NO_TUNNEL \
	"	http-request return status 501 content-type application/problem+json hdr Cache-Control no-store" \
	" hdr Routing-Decision '*=\"\";reason=tunnel-refused;revision=%[var(txn.revision)]' lf-string '" \
	"{\"type\":\"urn:umbra:problem:tunnel-refused\",\"title\":\"Of tunnels only a WebSocket is carried\"," \
	"\"status\":501,\"code\":\"tunnel-refused\",\"reason\":\"tunnel-refused\"," \
	"\"detail\":\"requests within CONNECT, or after an upgrade to another protocol, could not be routed\"," \
	"\"revision\":%[var(txn.revision)]}' "
#define OTHER_UPGRADE UPGRADE_SENT " !{ var(txn.websocket) -m found }"
const char rules_connect[] = NO_TUNNEL "if METH_CONNECT\n";
/* No request with an upgrade is PLAIN below, so that only these get here. */
const char rules_upgrade[] =
	"	http-request set-var(txn.websocket) bool(true)"
	" if " UPGRADE_SENT " { req.fhdr_cnt(upgrade) eq 1 } { req.fhdr(upgrade) -m str -i websocket }\n"
	NO_TUNNEL "if " OTHER_UPGRADE " { req.ver -m str 2.0 }\n"
	"	http-request del-header connection if " OTHER_UPGRADE "\n"
	"	http-request del-header http2-settings if " OTHER_UPGRADE "\n"
	"	http-request del-header upgrade if " OTHER_UPGRADE "\n";

/*
 * How many proxies were passed: the larger of the header and the baggage member. A request that has passed
 * half of what is allowed takes the long way: nothing but a loop gets there.
 */
#define NOT_DEEP "!{ var(txn.hops) -m int ge " STRING(RULES_HOPS_DEEP) " }"
#define LARGER_HOPS \
	"	http-request set-var(txn.hops) " HOPS " if !{ " HOPS ",sub(txn.hops) le 0 } { " HOPS " -m int gt 0 }\n"
const char rules_hops[] =
	"	http-request set-var(txn.hops,ifnotempty) " BAGGAGE ",map_regm(maps/carrier.hops)\n"
	LARGER_HOPS
	"	http-request set-var(txn.malformed) str(strict)"
	" if " STRICT_SENT " { req.fhdr(Routing-Strict) -m reg ^(?:[^01]|..) }\n"
	"	http-request del-header tracestate if " TRACESTATE_SENT " !{ " TRACEPARENT " -m found }\n";

/*
 * A trace begins here when a request with a key or direct pins brings none that is valid (Trace Context
 * section 3.2): it is one that somebody will look for. Others keep the sampling they came with. The id is 32
 * random bits and the time in microseconds, each as 16 decimal digits: as good as 128 random bits, and a
 * fraction of the cost. The parent in it is always the same: no span of the proxy is recorded anywhere.
 */
#define READ_TRACE \
	"	http-request set-var(txn.trace) " TRACEPARENT ",bytes(3,32) if { " TRACEPARENT " -m reg" \
	" '^(?:00(?=.{53}$)|(?!00|ff)[0-9a-f]{2}(?=.{53}(?:$|-)))-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}' }\n"
#define TRACE_READ "{ var(txn.trace) -m found }"
#define BEGIN_TRACE(condition) \
	"	http-request set-var(txn.trace) rand,add(1000000000000000),concat(,txn.came) if " condition "\n" \
	"	http-request del-header tracestate if " TRACESTATE_SENT " " condition "\n" \
	"	http-request set-header traceparent '00-%[var(txn.trace)]-0000000000000001-01' if " condition "\n"
#define KEYED "{ var(txn.key) -m found }"

/* Nothing is found where no session has the key: such a request takes the long way. */
#define REASON_OF_KEY \
	"	http-request set-var(txn.reason) var(txn.key),map_str(maps/sessions)\n" \
	"	http-request set-var(txn.reason) var(txn.key),map_str(maps/changed)\n"

/*
 * Four kinds of requests, the frequent first; `allow` ends the rules of the frontend. Those that carry no key;
 * those with the key in its header and a trace, as every hop after the first has them; other first hops, whose
 * key is in the one line of baggage, the query, a cookie or the host, or that bring no trace; and all others.
 * Only the last need their baggage read here, for the others the reader of the log does it. A key in more
 * than one header, or an empty one, is no key of a session, so that it comes to the last.
 */
#define PLAIN "{ var(txn.service) -m found } !" PINS_SENT " " NOT_DEEP " !" UPGRADE_SENT
#define ONE_BAGGAGE "!{ req.fhdr_cnt(baggage) gt 1 }"
#define SHORT_BAGGAGE "!{ " BAGGAGE " -m len ge " STRING(RULES_BAGGAGE_MAX) " }"
#define THROUGH PLAIN " " SHORT_BAGGAGE " " ONE_BAGGAGE " !{ " BAGGAGE " -m reg routing-(?:pins|strict) }"
#define KNOWN "{ var(txn.reason) -m found }"
#define COOKIE_NAMED(value) \
	"{ req.fhdr(Cookie) -m reg '(?:^|[;,])" BLANK CARRIER_NAME BLANK "=" value "' }"
const char rules_key[] =
	"	http-request allow if !" SESSION_SENT " !{ " BAGGAGE " -m reg routing-(?:session|pins|strict) }"
	" !{ query -m sub " CARRIER_NAME "= } " PLAIN " " SHORT_BAGGAGE " " ONE_BAGGAGE " !" COOKIE_NAMED("") "\n"
	"	http-request set-var(txn.prefix) " RULES_HOST ",map_regm(maps/prefix) if !{ var(txn.service) -m found }\n"
	"	http-request set-var(txn.service) var(txn.prefix),field(1,/),map_str(maps/hosts)\n"
	"	http-request set-var(txn.k_host,ifnotempty) var(txn.prefix),field(2,/,0)," KEY "\n"
	"	http-request set-var(txn.k_query) query,map_regm(maps/carrier.query)," KEY "\n"
	"	http-request set-var(txn.k_cookie,ifnotempty) req.cook(" CARRIER_NAME ")," KEY " if " COOKIE_SENT "\n"
	"	http-request set-var(txn.malformed) str(cookie) if " COOKIE_SENT " !{ var(txn.k_cookie) -m found } "
	COOKIE_NAMED(BLANK "[^\\x20\\t;,]") "\n"
	"	http-request set-var(txn.key) " SESSION ",url_enc\n"
	"	http-request set-var(txn.key) str(-) if " SESSION_SENT " { req.fhdr_cnt(Routing-Session) gt 1 }\n"
	REASON_OF_KEY
	READ_TRACE
	"	http-request allow if " KNOWN " " TRACE_READ " " THROUGH "\n"
	"	http-request set-var(txn.key) " BAGGAGE ",map_regm(maps/carrier.baggage)," KEY " if !" SESSION_SENT "\n"
	"	http-request set-var(txn.key,ifnotset) var(txn.k_query)\n"
	"	http-request set-var(txn.key,ifnotset) var(txn.k_cookie)\n"
	"	http-request set-var(txn.key,ifnotset) var(txn.k_host)\n"
	REASON_OF_KEY
	"	http-request unset-var(txn.reason) unless " THROUGH "\n"
	"	http-request add-header Routing-Session %[var(txn.key)] if !" SESSION_SENT " " KNOWN "\n"
	"	http-request allow if " TRACE_READ " " KNOWN "\n"
	BEGIN_TRACE(KNOWN)
	"	http-request allow if " KNOWN "\n";

/*
 * The rest. Each carrier is kept for the log; the one found first counts. A key of any other form than ours is
 * percent-encoded, which keeps it unknown and makes it safe in a log line and JSON; it goes no further.
 */
#define VALID_KEY "^(?!.*--)[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?$"
const char rules_carriers[] =
	"	http-request set-var(txn.caller) var(txn.baggage),map_regm(maps/caller,none)\n"
	"	http-request set-var(txn.caller,ifnotset) str(none)\n"
	"	http-request set-var(txn.malformed) str(baggage) if { var(txn.baggage) -m reg"
	" '," BLANK "+(?![,]|$|[^\\x20\\t,;=]+" BLANK "=)' }\n"
	"	http-request unset-var(txn.hops)\n"
	"	http-request set-var(txn.hops,ifnotempty) var(txn.baggage),map_regm(maps/carrier.hops)\n"
	LARGER_HOPS
	"	http-request set-var(txn.k_baggage) var(txn.baggage),map_regm(maps/carrier.baggage)," KEY "\n"
	"	http-request unset-var(txn.key)\n"
	"	http-request unset-var(txn.reason)\n"
	"	http-request set-var(txn.k_header,ifnotempty) req.fhdr(Routing-Session,1)," KEY "\n"
	"	http-request set-var(txn.k_header) req.fhdr(Routing-Session,1),map_regm(maps/carrier.header)," KEY "\n"
	"	http-request set-var(txn.key) var(txn.k_host)\n"
	"	http-request set-var(txn.key) var(txn.k_cookie)\n"
	"	http-request set-var(txn.key) var(txn.k_query)\n"
	"	http-request set-var(txn.key) var(txn.k_baggage)\n"
	"	http-request set-var(txn.key) var(txn.k_header)\n"
	REASON_OF_KEY
	"	http-request set-var(txn.reason,ifnotset) str(session-unknown) if " KEYED "\n"
	"	http-request set-var(txn.sent) var(txn.key) if { var(txn.key) -m reg '" VALID_KEY "' }\n"
	"	http-request set-var(txn.malformed) str(key) if " KEYED " !{ var(txn.sent) -m found }\n"
	"	http-request del-header Routing-Session if !{ var(txn.sent) -m found }\n"
	"	http-request set-header Routing-Session %[var(txn.sent)] if { var(txn.sent) -m found }\n"
	"	http-request set-var-fmt(txn.ours) 'routing-session=%[var(txn.sent)],' if { var(txn.sent) -m found }\n";

/*
 * Direct pins: "SERVICE:list" is matched as one text; several lines are one list (RFC 9651 section 4.2). Those
 * of the baggage are made a line of the header first, where that has none. They go upstream as both.
 */
const char rules_pins[] =
	"	http-request set-var-fmt(txn.pins) '%[var(txn.service)]:%[req.fhdr(Routing-Pins)]'"
	" if { req.fhdr(Routing-Pins) -m len gt 0 }\n"
	"	http-request set-var-fmt(txn.pins) '%[var(txn.service)]:%[req.hdrs,"
	"regsub(\"(?:(?!routing-pins:|\\x0d)[^\\x0a]*+\\x0a)*+(?:routing-pins: ?([^\\x0d]*+))?+\\x0d\\x0a\",\"\\1,\",g),regsub(\",,$\",\"\")]'"
	" if { req.fhdr_cnt(Routing-Pins) gt 1 }\n"
	"	http-request set-var(txn.malformed) str(pins)"
	" if { var(txn.pins) -m found } !{ var(txn.pins),map_reg(maps/pins.form) -m found }\n"
	"	http-request del-header Routing-Pins if { var(txn.malformed) -m str pins }\n"
	"	http-request unset-var(txn.pins) if { var(txn.malformed) -m str pins }\n"
	"	http-request set-var(txn.list) var(txn.baggage),map_regm(maps/carrier.direct) if !{ var(txn.pins) -m found }\n"
	"	http-request set-var(txn.list) var(txn.list),url_dec\n"
	"	http-request set-var(txn.malformed) str(list)"
	" if { var(txn.list) -m found } !{ var(txn.list),map_reg(maps/pins.list) -m found }\n"
	"	http-request unset-var(txn.list) if { var(txn.malformed) -m str list }\n"
	"	http-request set-header Routing-Pins '%[var(txn.list),regsub(\"~~\",\"\\x22, \",g),regsub(\"~\",\"=\\x22\",g)]\"'"
	" if { var(txn.list) -m found }\n"
	"	http-request set-var-fmt(txn.pins) '%[var(txn.service)]:%[req.fhdr(Routing-Pins,1)]' if { var(txn.list) -m found }\n"
	"	http-request set-var(txn.direct) var(txn.pins),map_regm(maps/pins.member)\n"
	"	http-request set-var(txn.reason,ifnotset) str(no-session) if { var(txn.pins) -m found } or !" NOT_DEEP "\n"
	"	http-request set-var-fmt(txn.ours) '%[var(txn.ours)]routing-pins=%[var(txn.pins),regsub(\"^[^:]*:\",\"\"),"
	"regsub(\"\\x22[ \\t]*,[ \\t]*\",\"~~\",g),regsub(\"=\\x22\",\"~\",g),regsub(\"[\\x22, \\t]+\",\"\",g)],'"
	" if { var(txn.pins) -m found }\n"
	"	http-request set-var(txn.begins) bool(true) if { var(txn.reason) -m found } !" TRACE_READ "\n"
	BEGIN_TRACE("{ var(txn.begins) -m found }");

/*
 * Strictness that only the baggage tells, then the backend. The header may have several lines; one that is not
 * "0" is enough.
 */
const char rules_backend[] =
	"	http-request set-var(txn.strict) var(txn.baggage),map_regm(maps/carrier.strict)"
	" if !{ req.fhdr(Routing-Strict) -m len gt 0 }\n"
	"	http-request set-var(txn.malformed) str(strict) if { var(txn.strict) -m reg ^(?:[^01]|..) }\n"
	"	http-request set-var-fmt(txn.reason) '%[var(txn.reason,no-session)].strict'"
	" if { var(txn.strict) -m reg ^(?:[^0]|..) }\n"
	"	use_backend %[var(txn.service)]:strict if " STRICT_SENT " { req.fhdr(Routing-Strict) -m reg ^(?:[^0]|..) }"
	" or { var(txn.reason) -m end .strict }\n"
	"	use_backend %[var(txn.service)]\n"
	"	default_backend " RULES_UNKNOWN "\n\n";

/* One direct pin (core/model/routing_context.h) in the header and in the baggage member, and lists of them. */
#define PIN_NAME "[a-z*][a-z0-9_.*-]{0,62}"
#define PIN_VERSION "[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
#define PIN BLANK PIN_NAME "=\"" PIN_VERSION "\"" BLANK
#define LISTED PIN_NAME "~" PIN_VERSION

/* The value of the first member of this name. */
#define MEMBER(name, value) \
	"^(?:(?!" BLANK name BLANK "=)[^,]*,)*+" BLANK name BLANK "=" BLANK value
#define VALUE "([^,;\\x20\\t](?:[^,;]*[^,;\\x20\\t])?)"

const struct rules_file rules_files[] = {
	{"maps/changed", ""},
	{"maps/carrier.header", "^([^,\\x20\\t](?:[^,]*[^,\\x20\\t])?)(?:" BLANK "," BLANK "\\1)+$ \\1\n"},
	{"maps/carrier.query", "^(?:(?!" CARRIER_NAME "=)[^&]*&)*+" CARRIER_NAME "=([^&]+) \\1\n"},
	{"maps/carrier.baggage", MEMBER(CARRIER_NAME, VALUE) " \\1\n"},
	{"maps/carrier.direct", MEMBER("routing-pins", VALUE) " \\1\n"},
	{"maps/carrier.strict", MEMBER("routing-strict", VALUE) " \\1\n"},
	{"maps/carrier.hops", "(?:^|,)" BLANK "routing-hops" BLANK "=" BLANK "([0-9]{0," STRING(RULES_HOPS_DIGITS) "}) \\1\n"},
	{"maps/caller", MEMBER("routing-hop", "([^,;\\x20\\t]{1,300})") " \\1\n"},
	{"maps/pins.form", "^[a-z0-9-]+:" PIN "(?:," PIN ")*+$ good\n"},
	{"maps/pins.member", "^([a-z0-9-]+):(?>(?:.*,)?" BLANK "\\1=)\"([^\"]+)\" \\2\n"},
	{"maps/pins.list", "^" LISTED "(?:~~" LISTED ")*+\\z good\n"},
	{"maps/member.version", "^(.*)$ \"version\":\"\\1\",\n"},
	{"maps/member.session", "^(.*)$ \"session\":\"\\1\",\n"},
	{"maps/member.intended", "^(.*)$ \"intended\":\"\\1\",\n"},
	/* What a reason becomes when nothing answered, in a lenient request and in a strict one. */
	{"maps/fallen",
		"no-session no-session\n"
		"no-pin no-pin\n"
		"pinned version-unhealthy\n"
		"direct-pin version-unhealthy\n"
		"version-unhealthy version-unhealthy\n"
		"version-gone version-gone\n"
		"session-unknown session-unknown\n"
		"session-expired session-expired\n"},
	{"maps/refused",
		"no-session stable-down\n"
		"no-pin stable-down\n"
		"pinned version-unhealthy\n"
		"direct-pin version-unhealthy\n"
		"version-unhealthy version-unhealthy\n"
		"version-gone version-gone\n"
		"session-unknown session-unknown\n"
		"session-expired session-expired\n"},
	{"maps/titles", answers_titles},
	{"maps/pages", answers_pages},
};
const size_t rules_file_count = ARRAY_LEN(rules_files);

/* clang-format on */
