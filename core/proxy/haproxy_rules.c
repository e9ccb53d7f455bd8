/*
 * HAProxy's rules, written by hand. haproxy_config.c puts them around what differs between environments.
 *
 * Variables (all txn): service; k_header .. k_host (the carriers), key; pins (the header as one text), direct
 * (the pin in it for this service); want (the version a pin names), entry (what maps/SERVICE.versions
 * says of it, when that is more than a word), reason (with ".strict" behind it until the backend of a strict
 * session cuts that off; there is one when there is a key or pins), intended; by (the version that answered,
 * not set when none did). The cost of a rule is 0.1 to 0.4 us a request, of a condition 0.1; that is why
 * nothing is computed here that the reader of the log can compute.
 */
#include "core/proxy/haproxy_rules.h"

#include "core/base/mem.h"
#include "core/model/context.h"

/* clang-format off */

#define STRING_OF(x) #x
#define STRING(x) STRING_OF(x)

/* What a key is cut to, and made harmless. */
#define KEY "bytes(0," STRING(RULES_KEY_MAX) "),url_enc"

/* Members of a 503's body. Those that may be missing come with their comma from maps/member.*, or not at all. */
#define PROBLEM_MEMBERS \
	"\"service\":\"%[var(txn.service)]\"," \
	"%[var(txn.want),map_regm(maps/member.version)]" \
	"%[var(txn.key),map_regm(maps/member.session)]" \
	"\"revision\":%[var(txn.revision)],"

/* The server's version, and when it answered; both only where one did. */
#define ANSWERED \
	"	http-response set-var(txn.by) srv_name,field(1,:)\n" \
	"	http-response set-var(txn.answered) date(0,us)\n"

#define DECISION(service, session) \
	"	http-after-response set-header Routing-Decision " \
	"'" service "=\"%[var(txn.by)]\";reason=%[var(txn.reason,no-session)]" session ";revision=%[var(txn.revision)]' "

/* Who carries neither key nor direct pins has no reason, and is through after two headers. */
#define RESPONSE_HEADERS(service) \
	"	http-after-response add-header Server-Timing " \
	"'route;desc=\"" service "@%[var(txn.by)];reason=%[var(txn.reason,no-session)]\",trace;desc=\"%[var(txn.trace)]\"'\n" \
	DECISION(service, "") "unless { var(txn.key) -m found }\n" \
	"	http-after-response allow unless { var(txn.reason) -m found }\n" \
	DECISION(service, ";session=\"%[var(txn.key)]\"") "if { var(txn.key) -m found }\n" \
	"	http-after-response set-header Cache-Control no-store\n" \
	"	http-after-response set-header Sunset '%[var(txn.entry),field(3,:),add(0),http_date]' if { var(txn.entry) -m found } " \
	"!{ var(txn.entry) -m end :0 } { var(txn.by) -m found } " RULES_READY "\n"

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

const char rules_lenient[] =
	"# A service for lenient requests. A refused connection goes on to stable at once; the rules after the\n"
	"# answer then mend the reason.\n"
	"defaults lenient from base\n"
	"	balance roundrobin\n"
	"	option redispatch 1\n"
	"	retries 3\n"
	"	http-error status 503 content-type application/problem+json lf-string '"
	"{\"type\":\"urn:umbra:problem:stable-down\",\"title\":\"Stable has no ready endpoint\",\"status\":503,"
	"\"code\":\"stable-down\",\"reason\":\"stable-down\","
	"\"intended\":\"%[var(txn.reason,no-session),map_str(maps/fallen)]\",\"strict\":false,"
	PROBLEM_MEMBERS "\"tombstone\":%[var(txn.service),concat(@,txn.want),map_str(maps/gone,null)]}' "
	"hdr Cache-Control no-store\n"
	ANSWERED
	"	http-response set-var(txn.reason) str(version-unhealthy) if " RULES_READY
	" !{ var(txn.by),strcmp(txn.want) eq 0 }\n"
	"	http-after-response set-var(txn.intended) var(txn.reason,no-session),map_str(maps/fallen) "
	"if { status 503 } !{ var(txn.by) -m found }\n"
	"	http-after-response set-var(txn.reason) str(stable-down) if { status 503 } { var(txn.intended) -m found }\n"
	RESPONSE_HEADERS("%b")
	"\n";

const char rules_strict[] =
	"# Its twin for strict requests: the server that was named, or 503. `refused` is the reason of that.\n"
	"defaults strict from base\n"
	"	balance roundrobin\n"
	"	retries 0\n"
	"	http-error status 503 content-type application/problem+json lf-string '"
	"{\"type\":\"urn:umbra:problem:%[var(txn.refused)]\",\"title\":\"%[var(txn.refused),map_str(maps/titles)]\","
	"\"status\":503,\"code\":\"%[var(txn.refused)]\",\"reason\":\"%[var(txn.refused)]\","
	"%[var(txn.intended),map_regm(maps/member.intended)]\"strict\":true,"
	PROBLEM_MEMBERS "\"tombstone\":%[var(txn.tombstone,none),map_str(maps/gone,null)]}' "
	"hdr Cache-Control no-store\n"
	ANSWERED
	"	http-after-response unset-var(txn.intended) if { var(txn.by) -m found } or !{ status 503 }\n"
	"	http-after-response set-var(txn.reason) var(txn.refused) if { status 503 } !{ var(txn.by) -m found }\n"
	RESPONSE_HEADERS("%[var(txn.service)]")
	"\n";

/*
 * Read by haproxy_log.c. Numbers and words that hold no space come first; what is captured as it came is
 * last. %lc counts the lines of this process: a gap in it is a line that was lost.
 */
const char rules_log[] =
	"	capture request header Host len 320\n"
	"	capture request header Routing-Session len " STRING(RULES_KEY_MAX) "\n"
	"	capture request header baggage len " STRING(RULES_BAGGAGE_MAX) "\n"
	"	log-format 'R %lc %pid %[var(txn.came)] %[date(0,us)] %[var(txn.answered)] %ST %B %U %rc %ts"
	" %HV %HM %b %s [%si]:%sp %[var(txn.reason)] %[var(txn.intended)] %[var(txn.revision)]"
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
	"	capture request header Upgrade len 1\n";
#define SESSION "capture.req.hdr(1)"
#define BAGGAGE RULES_BAGGAGE
#define NO_BAGGAGE "!{ " BAGGAGE " -m found }"
#define PINS_SENT "{ capture.req.hdr(3) -m found }"
#define STRICT_SENT "{ capture.req.hdr(4) -m found }"
#define COOKIE_SENT "{ capture.req.hdr(5) -m found }"
#define UPGRADE_SENT "{ capture.req.hdr(6) -m found }"

const char rules_service[] =
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
const char rules_tunnel[] =
	NO_TUNNEL "if METH_CONNECT\n"
	"	http-request set-var(txn.websocket) bool(true)"
	" if " UPGRADE_SENT " { req.fhdr_cnt(upgrade) eq 1 } { req.fhdr(upgrade) -m str -i websocket }\n"
	NO_TUNNEL "if " OTHER_UPGRADE " { req.ver -m str 2.0 }\n"
	"	http-request del-header connection if " OTHER_UPGRADE "\n"
	"	http-request del-header http2-settings if " OTHER_UPGRADE "\n"
	"	http-request del-header upgrade if " OTHER_UPGRADE "\n";

/*
 * A trace begins here when the request brings none that is valid (Trace Context section 3.2). Its id is the
 * time in microseconds and 32 random bits, each as 16 decimal digits: as good as 128 random bits, and
 * a fraction of the cost.
 */
#define DIGITS "%[rand,add(1000000000000000)]"
const char rules_trace[] =
	"	http-request set-header traceparent '00-%[var(txn.came)]" DIGITS "-" DIGITS "-01'"
	" if !{ req.fhdr(traceparent,1) -m reg '^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$' }\n"
	"	http-request set-var(txn.trace) req.fhdr(traceparent,1),bytes(3,32)\n";

#define REASON_OF_KEY \
	"	http-request set-var(txn.reason) var(txn.key),map_str(maps/sessions,session-unknown)\n" \
	"	http-request set-var(txn.reason) var(txn.key),map_str(maps/changed)\n"

/*
 * Three kinds of requests, the frequent first; `allow` ends the rules of the frontend. Those that carry no
 * key; those with the key in its header, as every hop after the first has it; and all others. Only the
 * last need their baggage read here, for the others the reader of the log does it.
 */
#define PLAIN "{ var(txn.service) -m found } !" PINS_SENT
#define NO_KEY "!{ " SESSION " -m found } " PLAIN " !{ query -m sub " CARRIER_NAME "= }"
#define KEY_IN_HEADER "{ var(txn.key) -m found } " PLAIN " !{ req.fhdr_cnt(Routing-Session) gt 1 }"
#define ONE_BAGGAGE "!{ req.fhdr_cnt(baggage) gt 1 }"
#define SHORT_BAGGAGE "!{ " BAGGAGE " -m len ge " STRING(RULES_BAGGAGE_MAX) " }"
const char rules_key[] =
	"	http-request allow if " NO_KEY " !" COOKIE_SENT " " NO_BAGGAGE "\n"
	"	http-request allow if " NO_KEY " !{ req.cook(" CARRIER_NAME ") -m found }"
	" !{ " BAGGAGE " -m sub " CARRIER_NAME " } " SHORT_BAGGAGE " " ONE_BAGGAGE "\n"
	"	http-request set-var(txn.key,ifnotempty) " SESSION ",url_enc\n"
	"	http-request set-var(txn.k_query) query,map_regm(maps/carrier.query)," KEY "\n"
	"	http-request set-var(txn.k_cookie,ifnotempty) req.cook(" CARRIER_NAME ")," KEY " if " COOKIE_SENT "\n"
	REASON_OF_KEY
	"	http-request allow if " NO_BAGGAGE " " KEY_IN_HEADER "\n"
	"	http-request allow if " KEY_IN_HEADER " " ONE_BAGGAGE
	" " SHORT_BAGGAGE "\n";

/*
 * The first hop of a person: the key is in the query, a cookie, the host or the one line of baggage, and in no
 * header of its own. What all of them carry is looked at; the last that is set comes first by the rules.
 */
#define FIRST_HOP "{ var(txn.key) -m found } !{ " SESSION " -m found } " PLAIN
const char rules_first_hop[] =
	"	http-request set-var(txn.prefix) " RULES_HOST ",map_regm(maps/prefix) if !{ var(txn.service) -m found }\n"
	"	http-request set-var(txn.service) var(txn.prefix),field(1,/),map_str(maps/hosts)\n"
	"	http-request set-var(txn.k_host,ifnotempty) var(txn.prefix),field(2,/,0)," KEY "\n"
	"	http-request set-var(txn.k_baggage) " BAGGAGE ",map_regm(maps/carrier.baggage)," KEY "\n"
	"	http-request set-var(txn.key) var(txn.k_host)\n"
	"	http-request set-var(txn.key) var(txn.k_cookie)\n"
	"	http-request set-var(txn.key) var(txn.k_query)\n"
	"	http-request set-var(txn.key) var(txn.k_baggage)\n"
	REASON_OF_KEY
	"	http-request set-var(txn.through) bool(true) if " NO_BAGGAGE " " FIRST_HOP " or " FIRST_HOP " " ONE_BAGGAGE
	" " SHORT_BAGGAGE "\n"
	"	http-request set-header Routing-Session %[var(txn.key)] if { var(txn.through) -m found }\n"
	"	http-request allow if { var(txn.through) -m found }\n"
	"	http-request unset-var(txn.k_baggage)\n";

/*
 * The rest. Each carrier is kept for the log; the one found first counts. A key of any other form than ours is
 * percent-encoded, which keeps it unknown and makes it safe in a header, a log line and JSON.
 */
const char rules_carriers[] =
	"	http-request set-var(txn.caller) var(txn.baggage),map_regm(maps/caller,none)\n"
	"	http-request set-var(txn.caller,ifnotset) str(none)\n"
	"	http-request set-var(txn.k_baggage) var(txn.baggage),map_regm(maps/carrier.baggage)," KEY "\n"
	"	http-request unset-var(txn.key)\n"
	"	http-request unset-var(txn.reason)\n"
	"	http-request set-var(txn.k_header,ifnotempty) req.fhdr(Routing-Session,1)," KEY "\n"
	"	http-request set-var(txn.key) var(txn.k_host)\n"
	"	http-request set-var(txn.key) var(txn.k_cookie)\n"
	"	http-request set-var(txn.key) var(txn.k_query)\n"
	"	http-request set-var(txn.key) var(txn.k_baggage)\n"
	"	http-request set-var(txn.key) var(txn.k_header)\n"
	REASON_OF_KEY
	"	http-request set-header Routing-Session %[var(txn.key)] if { var(txn.key) -m found }\n";

/* Direct pins: "SERVICE:LINES:line,line,line,line" is matched as one text. */
const char rules_pins[] =
	"	http-request set-var-fmt(txn.pins) '%[var(txn.service)]:%[req.fhdr_cnt(Routing-Pins)]:"
	"%[req.fhdr(Routing-Pins,1)],%[req.fhdr(Routing-Pins,2)],%[req.fhdr(Routing-Pins,3)],"
	"%[req.fhdr(Routing-Pins,4)]' if { req.fhdr(Routing-Pins) -m found }\n"
	"	http-request set-var(txn.reason,ifnotset) str(no-session) if { var(txn.pins) -m found }\n"
	"	http-request set-var(txn.malformed) str(pins)"
	" if { var(txn.pins) -m found } !{ var(txn.pins),map_reg(maps/pins.form) -m found }\n"
	"	http-request set-var(txn.direct) var(txn.pins),map_regm(maps/pins.member)"
	" if { var(txn.pins) -m found } !{ var(txn.malformed) -m str pins }\n";

const char rules_backend[] =
	"	use_backend %[var(txn.service)]:strict if " STRICT_SENT " { req.fhdr(Routing-Strict) -m str 1 }"
	" or { var(txn.reason) -m end .strict }\n"
	"	use_backend %[var(txn.service)]\n"
	"	default_backend " RULES_UNKNOWN "\n\n";

/* One member of Routing-Pins (core/model/context.h), and a list of them. */
#define BLANK "[\\x20\\t]*"
#define PIN BLANK "[a-z*][a-z0-9_.*-]*=\"[\\x20\\x21\\x23-\\x2b\\x2d-\\x5b\\x5d-\\x7e]*\"" BLANK
#define PINS PIN "(?:," PIN ")*"

const struct rules_file rules_files[] = {
	{"maps/changed", ""},
	{"maps/carrier.query", "^(?:(?!" CARRIER_NAME "=)[^&]*&)*+" CARRIER_NAME "=([^&]+) \\1\n"},
	{"maps/carrier.baggage",
		"^(?:(?!" BLANK CARRIER_NAME BLANK "=)[^,]*,)*+" BLANK CARRIER_NAME BLANK "=" BLANK
		"([^,;\\x20\\t](?:[^,;]*[^,;\\x20\\t])?) \\1\n"},
	{"maps/caller", "," BLANK "routing-hop" BLANK "=" BLANK
		"([a-z0-9-]{1,31}%40[A-Za-z0-9._-]{1,63})" BLANK "(?:[,;]|$) \\1\n"},
	{"maps/pins.form", "^[a-z0-9-]+:(?:1:" BLANK ",,,|1:" PINS ",,,|2:" PINS ",,|3:" PINS ",|4:" PINS ")$ good\n"},
	{"maps/pins.member", "^([a-z0-9-]+):[1-4]:(?>(?:.*,)?" BLANK "\\1=)\"([^\"]+)\" \\2\n"},
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
	{"maps/titles",
		"stable-down Stable has no ready endpoint\n"
		"version-unhealthy The pinned version has no ready endpoint\n"
		"version-gone The pinned version is gone\n"
		"session-unknown No session has this key\n"
		"session-expired The session has ended\n"},
};
const size_t rules_file_count = ARRAY_LEN(rules_files);

/* clang-format on */
