/* SPDX-License-Identifier: BSD-2-Clause */
/* State of the machine: boot time, forwarding, listening sockets, default passwords. */
#include "os_state.h"
#include "os_facts.h"
#include "os_text.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

int64_t os_boot_time(const char *root)
{
	FILE *f = os_open(root, "proc/stat");
	char line[OS_LINE_MAX];
	long long t = 0;

	if (!f)
		return 0;
	while (os_line(f, line) && sscanf(line, "btime %lld", &t) != 1)
		;
	fclose(f);
	return t > 0 ? t : 0;
}

int os_forwarding(const char *root)
{
	static const char *const files[] = {
		"proc/sys/net/ipv4/ip_forward",
		"proc/sys/net/ipv6/conf/all/forwarding",
	};
	int known = -1;

	for (size_t i = 0; i < 2; i++) {
		char v[16];

		os_first_line(root, files[i], v, sizeof(v));
		if (v[0] == '0')
			known = known < 0 ? 0 : known;
		else if (v[0])
			known = 1;
	}
	return known;
}

/* --- listening sockets --- */

/* Loopback addresses in the notation of /proc/net: words in host byte order. */
static bool os_is_loopback(const char *addr)
{
	unsigned w;

	if (strlen(addr) == 8)
		return sscanf(addr, "%8x", &w) == 1 && *(uint8_t *)&w == 127;
	if (strlen(addr) != 32)
		return false;
	if (strncmp(addr, "00000000000000000000000001000000", 32) == 0 ||
	    strncmp(addr, "00000000000000000000000000000001", 32) == 0)
		return true;
	/* IPv4-mapped */
	return strncmp(addr, "0000000000000000", 16) == 0 &&
	       (strncmp(addr + 16, "FFFF0000", 8) == 0 ||
		strncmp(addr + 16, "0000FFFF", 8) == 0) &&
	       sscanf(addr + 24, "%8x", &w) == 1 && *(uint8_t *)&w == 127;
}

/* Reads one of the four tables. state: the state of a socket that accepts packets of any
 * peer. */
static bool os_sockets(const char *root, const char *path, unsigned state, uint8_t *set)
{
	FILE *f = os_open(root, path);
	char line[OS_LINE_MAX], addr[40];
	unsigned port, peer, st;

	if (!f)
		return false;
	(void)os_line(f, line); /* column headings */
	while (os_line(f, line)) {
		if (sscanf(line, " %*u: %32[0-9A-Fa-f]:%4x %*32[0-9A-Fa-f]:%4x %2x", addr,
			   &port, &peer, &st) != 4)
			continue;
		if (st == state && !peer && port && !os_is_loopback(addr))
			set[port / 8] |= (uint8_t)(1 << port % 8);
	}
	fclose(f);
	return true;
}

bool os_ports_read(const char *root, struct os_ports *ports)
{
	const unsigned listen = 0x0a, unconnected = 0x07; /* net/tcp_states.h */
	bool known;

	memset(ports, 0, sizeof(*ports));
	known = os_sockets(root, "proc/net/tcp", listen, ports->tcp);
	known |= os_sockets(root, "proc/net/tcp6", listen, ports->tcp);
	known |= os_sockets(root, "proc/net/udp", unconnected, ports->udp);
	known |= os_sockets(root, "proc/net/udp6", unconnected, ports->udp);
	return known;
}

/* --- factory default passwords --- */

static bool os_opens(const char *password, const char *hash, struct crypt_data *data)
{
	const char *got;

	if (!hash[0])
		return !password[0]; /* an account without a password */
	if (hash[0] == '!' || hash[0] == '*' || !password[0])
		return false;
	memset(data, 0, sizeof(*data));
	got = crypt_r(password, hash, data);
	return got && got[0] != '*' && strcmp(got, hash) == 0;
}

/* True if one of the pairs matches the line "user:hash:..." of the file. */
static bool os_pair_fits(char *line, const char *const *pairs, size_t n,
			 struct crypt_data *data)
{
	char *hash = strchr(line, ':');
	size_t user;

	if (!hash)
		return false;
	user = (size_t)(hash - line);
	*hash++ = '\0';
	hash[strcspn(hash, ":")] = '\0';
	for (size_t i = 0; i < n; i++)
		if (strncmp(pairs[i], line, user) == 0 && pairs[i][user] == ':' &&
		    os_opens(pairs[i] + user + 1, hash, data))
			return true;
	return false;
}

int os_password_check(const char *root, const char *const *pairs, size_t n)
{
	struct crypt_data *data = NULL;
	char line[OS_LINE_MAX];
	int found = 0;
	FILE *f;

	if (!n)
		return 0;
	f = os_open(root, "etc/shadow");
	data = malloc(sizeof(*data));
	if (!f || !data)
		found = -1;
	while (!found && os_line(f, line))
		found = os_pair_fits(line, pairs, n, data);
	if (f)
		fclose(f);
	free(data);
	return found;
}
