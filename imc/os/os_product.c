/* SPDX-License-Identifier: BSD-2-Clause */
/* Product and version, from os-release(5), debian_version and the kernel. */
#include "os_product.h"
#include "os_facts.h"
#include "os_text.h"
#include "wire/pen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define OS_RELEASE_LINES 1000

/* Private Enterprise Numbers of distributors, by os-release ID. */
static const struct {
	const char *id;
	uint32_t pen;
} vendors[] = {
	{ "debian", PEN_DEBIAN },
	{ "fedora", PEN_FEDORA },
	{ "rhel", PEN_REDHAT },
	{ "ubuntu", PEN_CANONICAL },
};

/* Unquotes "value", 'value' or value in place; a backslash escapes the next character. */
static char *os_unquote(char *v)
{
	char quote = *v == '"' || *v == '\'' ? *v : '\0', *out = v, *in = v + (quote != 0);

	for (; *in && *in != quote; in++) {
		if (*in == '\\' && in[1])
			in++;
		*out++ = *in;
	}
	*out = '\0';
	return v;
}

static void os_take(char *to, size_t cap, char *value)
{
	struct span s;

	os_clean(os_unquote(value));
	s = os_cut(value, cap - 1);
	memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

static void os_release_read(FILE *f, struct os_product *p, char id[64])
{
	char line[OS_LINE_MAX];

	for (int i = 0; i < OS_RELEASE_LINES && os_line(f, line); i++) {
		char *v = strchr(line, '=');

		if (!v)
			continue;
		*v++ = '\0';
		if (strcmp(line, "NAME") == 0)
			os_take(p->name, sizeof(p->name), v);
		else if (strcmp(line, "ID") == 0)
			os_take(id, 64, v);
		else if (strcmp(line, "VERSION_ID") == 0)
			os_take(p->version, sizeof(p->version), v);
	}
}

static void os_vendor_set(struct os_product *p, const char *id)
{
	for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
		if (strcmp(vendors[i].id, id) == 0)
			p->vendor = vendors[i].pen;
}

/* Debian's point release is only in debian_version ("12.11"); testing has a name there
 * instead. */
static void os_debian_point(const char *root, struct os_product *p)
{
	size_t n = strlen(p->version);
	char point[64];

	os_first_line(root, "etc/debian_version", point, sizeof(point));
	if (strncmp(point, p->version, n) == 0 && n && point[n] == '.')
		memcpy(p->version, point, sizeof(point));
}

static void os_numbers(struct os_product *p)
{
	char *end;
	unsigned long v = strtoul(p->version, &end, 10);

	p->major = v <= UINT32_MAX ? (uint32_t)v : 0;
	v = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	p->minor = v <= UINT32_MAX ? (uint32_t)v : 0;
}

static void os_machine(const char *root, struct os_product *p)
{
	struct utsname u;

	os_first_line(root, "proc/sys/kernel/osrelease", p->kernel, sizeof(p->kernel));
	os_first_line(root, "proc/sys/kernel/arch", p->arch, sizeof(p->arch));
	if (!p->arch[0] && uname(&u) == 0)
		(void)snprintf(p->arch, sizeof(p->arch), "%.63s", u.machine);
}

void os_product_read(const char *root, struct os_product *p)
{
	char id[64] = "";
	FILE *f = os_open(root, "etc/os-release");

	memset(p, 0, sizeof(*p));
	if (!f)
		f = os_open(root, "usr/lib/os-release");
	if (f) {
		os_release_read(f, p, id);
		fclose(f);
	}
	if (!p->name[0])
		strcpy(p->name, "Linux"); /* the default of os-release(5) */
	os_vendor_set(p, id);
	if (p->vendor == PEN_DEBIAN)
		os_debian_point(root, p);
	os_numbers(p);
	os_machine(root, p);
}
