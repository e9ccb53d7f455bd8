/*
 * Host names and addresses as text: the host of host:port, and which of them are this machine. No name is
 * resolved here.
 */
#ifndef UMBRA_BASE_NET_H
#define UMBRA_BASE_NET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/str.h"

/* An IPv6 address that only wraps an IPv4 one (RFC 4291 section 2.5.5.2) is that IPv4 address. */
struct net_address {
	bool v6;
	unsigned char bytes[16]; /* the first 4, or all, in network order; the others are 0 */
};
enum { NET_ADDRESS_SIZE = 46 };

/* "10.0.0.7", "fe80::1", "[fe80::1]"; of IPv4 the form with four decimal numbers only. */
bool net_address_parse(struct str s, struct net_address *ret_address);
/* The one text of an address, without brackets. */
void net_address_write(const struct net_address *address, char dst[NET_ADDRESS_SIZE]);
bool net_address_eq(const struct net_address *a, const struct net_address *b);
/* 127.0.0.0/8, ::1. */
bool net_address_is_loopback(const struct net_address *address);
/* 0.0.0.0, ::, which connects to this machine and listens on all its addresses. */
bool net_address_is_any(const struct net_address *address);

/* Whether it is an address of this machine: one of its network interfaces has it. Asks the kernel. */
bool net_address_is_own(const struct net_address *address);
/* Whether a connection from this machine to `to` arrives at what listens on `listener`, the ports being equal. */
bool net_address_reaches(const struct net_address *to, const struct net_address *listener);

/*
 * The host of "cart:80", "[::1]:80", "localhost.": without port, brackets and one dot at its end. As it is when
 * what follows the name is no port.
 */
struct str net_host(struct str host_port);
/*
 * Whether a host, without port, is always this machine: a loopback address, or localhost and the names
 * below it (RFC 6761 section 6.3). "127.example.com" is a name like any other.
 */
bool net_is_loopback(struct str host);

#endif
