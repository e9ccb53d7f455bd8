/* Hosts and addresses as text: what is this machine, what is the same address, where the port begins. */
#include "core/base/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/base/xalloc.h"

static void hosts_of_this_machine(void **state)
{
	static const char *const ours[] = {"localhost", "LOCALHOST:7070", "localhost.",
		"localhost.:80", "127.0.0.1", "127.1.2.3:80", "::1", "[::1]", "[::1]:7070",
		"[::ffff:127.0.0.1]:80", "::ffff:7f00:1", "[0:0:0:0:0:0:0:1]:1",
		"cart.env.localhost:8080", "x--cart.env.localhost", "a.LocalHost"};
	static const char *const foreign[] = {"", "127.example.com", "127.example.com:80",
		"127.0.0.1.example.com", "evil.example", "localhost.evil.example", "xlocalhost",
		".localhost", "10.0.0.1", "0.0.0.0", "[::]", "[::2]:1", "[::1", "::1]",
		"[127.0.0.1]x", "1270.0.0.1", "127.0.0", "127.0.0.256", "evil.example:7070",
		"127.0.0.1@evil.example", "a@b.localhost", "127.0.0.1:80x",
		"evil.example/.localhost"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (!net_is_loopback(net_host(str_of(ours[i]))))
			fail_msg("%s is this machine", ours[i]);
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		if (net_is_loopback(net_host(str_of(foreign[i]))))
			fail_msg("%s is not this machine", foreign[i]);
}

static void hosts_without_port(void **state)
{
	static const struct {
		const char *text, *host;
	} cases[] = {{"cart:80", "cart"}, {"cart", "cart"}, {"cart.:80", "cart"}, {"cart:", "cart"},
		{"[::1]:80", "::1"}, {"[::1]", "::1"}, {"::1", "::1"}, {"fe80::2", "fe80::2"},
		{"cart:x", "cart:x"}, {"[::1]x", "[::1]x"}, {"[::1", "[::1"}, {"", ""}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (!str_eq_c(net_host(str_of(cases[i].text)), cases[i].host))
			fail_msg("the host of %s is not %s", cases[i].text, cases[i].host);
}

static void one_text_for_an_address(void **state)
{
	static const struct {
		const char *text, *same; /* NULL: no address */
		bool any;
	} cases[] = {{"10.0.0.7", "10.0.0.7", false}, {"0.0.0.0", "0.0.0.0", true},
		{"::", "::", true}, {"[0:0:0:0:0:0:0:0]", "::", true},
		{"::ffff:0.0.0.0", "0.0.0.0", true}, {"[::FFFF:10.0.0.7]", "10.0.0.7", false},
		{"FE80:0::1", "fe80::1", false}, {"10.0.0.07", NULL, false}, {"10.1", NULL, false},
		{"0x7f000001", NULL, false}, {"2130706433", NULL, false}, {"", NULL, false},
		{"[]", NULL, false}, {"[10.0.0.7]", NULL, false}, {"fe80::1%eth0", NULL, false},
		{"cart", NULL, false}};
	struct net_address address, again;
	char text[NET_ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool good = net_address_parse(str_of(cases[i].text), &address);

		if (good != (cases[i].same != NULL))
			fail_msg("%s is %san address", cases[i].text, good ? "no " : "");
		if (!good)
			continue;
		net_address_write(&address, text);
		assert_string_equal(text, cases[i].same);
		assert_int_equal(net_address_is_any(&address), cases[i].any);
		assert_true(net_address_parse(str_of(text), &again));
		assert_true(net_address_eq(&address, &again));
	}
	assert_false(net_address_parse((struct str){"::1\0x", 5}, &address));
	assert_true(net_address_parse(STR_LIT("127.0.0.1"), &address));
	assert_true(net_address_parse(STR_LIT("::127.0.0.1"), &again));
	assert_false(net_address_eq(&address, &again));
	assert_false(net_address_is_loopback(&again));
}

static void reaches(void **state)
{
	static const struct {
		const char *to, *listener;
		bool reaches;
	} cases[] = {{"127.0.0.1", "127.0.0.1", true}, {"127.0.0.2", "127.0.0.1", false},
		{"0.0.0.0", "127.0.0.1", true}, {"::", "::1", true}, {"::", "127.0.0.1", false},
		{"::1", "127.0.0.1", false}, {"::ffff:127.0.0.1", "127.0.0.1", true},
		{"127.0.0.2", "0.0.0.0", true}, {"127.9.9.9", "::", true}, {"::1", "::", true},
		{"0.0.0.0", "0.0.0.0", true}, {"192.0.2.1", "0.0.0.0", false},
		{"2001:db8::1", "::", false}, {"192.0.2.1", "192.0.2.1", true},
		{"127.0.0.1", "192.0.2.1", false}, {"0.0.0.0", "192.0.2.1", false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct net_address to, listener;

		assert_true(net_address_parse(str_of(cases[i].to), &to));
		assert_true(net_address_parse(str_of(cases[i].listener), &listener));
		if (net_address_reaches(&to, &listener) != cases[i].reaches)
			fail_msg("%s and %s", cases[i].to, cases[i].listener);
	}
}

/* What the kernel lets us listen on is ours; of the documentation's networks nothing is. */
static void own_addresses(void **state)
{
	struct ifaddrs *list, *i;
	struct net_address address;
	char text[NI_MAXHOST];

	(void)state;
	assert_int_equal(getifaddrs(&list), 0);
	for (i = list; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET)
			continue;
		assert_int_equal(getnameinfo(i->ifa_addr, sizeof(struct sockaddr_in), text,
					 sizeof(text), NULL, 0, NI_NUMERICHOST),
			0);
		assert_true(net_address_parse(str_of(text), &address));
		assert_true(net_address_is_own(&address));
	}
	freeifaddrs(list);
	assert_true(net_address_parse(STR_LIT("198.51.100.7"), &address));
	assert_false(net_address_is_own(&address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_of_this_machine),
		cmocka_unit_test(hosts_without_port),
		cmocka_unit_test(one_text_for_an_address),
		cmocka_unit_test(reaches),
		cmocka_unit_test(own_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
