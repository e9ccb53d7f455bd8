/*
 * Hosts and addresses as text. Called wherever a host or an endpoint is compared: two texts are the same
 * address when their bytes are. All but net_address_is_own() are pure.
 */
#include "core/base/net.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool net_address_parse(struct str s, struct net_address *ret_address)
{
	struct net_address address = {.v6 = false};
	char text[NET_ADDRESS_SIZE];
	bool brackets = s.n > 1 && s.p[0] == '[' && s.p[s.n - 1] == ']';

	if (brackets)
		s = (struct str){s.p + 1, s.n - 2};
	if (s.n == 0 || str_find_char(s, '\0') < s.n || !str_copy(text, sizeof(text), s))
		return false;
	if (brackets || inet_pton(AF_INET, text, address.bytes) != 1) {
		address.v6 = true;
		if (inet_pton(AF_INET6, text, address.bytes) != 1)
			return false;
	}
	if (address.v6 && memcmp(address.bytes, mapped, sizeof(mapped)) == 0) {
		memmove(address.bytes, address.bytes + sizeof(mapped), 4);
		memset(address.bytes + 4, 0, sizeof(mapped));
		address.v6 = false;
	}
	*ret_address = address;
	return true;
}

void net_address_write(const struct net_address *address, char dst[NET_ADDRESS_SIZE])
{
	(void)inet_ntop(address->v6 ? AF_INET6 : AF_INET, address->bytes, dst, NET_ADDRESS_SIZE);
}

bool net_address_eq(const struct net_address *a, const struct net_address *b)
{
	return a->v6 == b->v6 && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool net_address_is_loopback(const struct net_address *address)
{
	static const unsigned char one[16] = {[15] = 1};

	return address->v6 ? memcmp(address->bytes, one, sizeof(one)) == 0
			   : address->bytes[0] == 127;
}

bool net_address_is_any(const struct net_address *address)
{
	static const unsigned char none[16] = {0};

	return memcmp(address->bytes, none, sizeof(none)) == 0;
}

static struct net_address address_of(const struct sockaddr *sa)
{
	struct net_address address = {.v6 = sa->sa_family == AF_INET6};

	if (address.v6)
		memcpy(address.bytes, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr,
			16);
	else
		memcpy(address.bytes, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	return address;
}

bool net_address_is_own(const struct net_address *address)
{
	struct ifaddrs *list = NULL;
	bool own = false;

	if (getifaddrs(&list) != 0)
		return false;
	for (const struct ifaddrs *i = list; i != NULL && !own; i = i->ifa_next) {
		struct net_address at;

		if (i->ifa_addr == NULL ||
			(i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6))
			continue;
		at = address_of(i->ifa_addr);
		own = net_address_eq(address, &at);
	}
	freeifaddrs(list);
	return own;
}

bool net_address_reaches(const struct net_address *to, const struct net_address *listener)
{
	struct net_address target = *to;

	/* Linux takes a connection to "any" to loopback. */
	if (net_address_is_any(to))
		target = to->v6 ? (struct net_address){.v6 = true, .bytes = {[15] = 1}}
				: (struct net_address){.bytes = {127, 0, 0, 1}};
	if (!net_address_is_any(listener))
		return net_address_eq(&target, listener);
	return net_address_is_loopback(&target) || net_address_is_own(&target);
}

/* Nothing, or a colon and digits (RFC 9110 section 4.2). */
static bool is_port(struct str s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.n == 0 || s.p[0] == ':';
}

struct str net_host(struct str host)
{
	size_t end;

	if (host.n == 0)
		return host;
	if (host.p[0] == '[') {
		end = str_find_char(host, ']');
		if (end == host.n || !is_port((struct str){host.p + end + 1, host.n - end - 1}))
			return host;
		return (struct str){host.p + 1, end - 1};
	}
	end = str_find_char(host, ':');
	if (!is_port((struct str){host.p + end, host.n - end}))
		return host;
	host.n = end;
	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	return host;
}

/* What DNS names are made of, and '_'. */
static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
			c != '-' && c != '_' && c != '.')
			return false;
	}
	return s.n > 0 && s.p[0] != '.';
}

bool net_is_loopback(struct str host)
{
	const struct str top = STR_LIT("localhost");
	struct net_address address;
	size_t above;

	if (net_address_parse(host, &address))
		return net_address_is_loopback(&address);
	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	if (!is_name(host) || host.n < top.n)
		return false;
	above = host.n - top.n;
	return str_eq_nocase((struct str){host.p + above, top.n}, top) &&
	       (above == 0 || host.p[above - 1] == '.');
}
