/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/print.h"

const char *agent_evaluation_name(enum pb_assessment evaluation)
{
	static const char *const names[PB_N_ASSESSMENTS] = {
		[PB_COMPLIANT] = "compliant",
		[PB_NONCOMPLIANT_MINOR] = "not compliant (minor)",
		[PB_NONCOMPLIANT_MAJOR] = "not compliant (major)",
		[PB_ASSESSMENT_ERROR] = "error",
		[PB_DONT_KNOW] = "unknown",
	};

	return (unsigned)evaluation < PB_N_ASSESSMENTS ? names[evaluation] : "unknown";
}

const char *agent_access_name(enum pb_access access)
{
	switch (access) {
	case PB_ACCESS_ALLOWED:
		return "allowed";
	case PB_ACCESS_DENIED:
		return "denied";
	case PB_QUARANTINED:
		return "quarantined";
	default:
		return "no recommendation";
	}
}

/* Length of the control character at p, in octets: 2 for U+0080 to U+009F, 1 for ASCII. 0: not
 * a control character. */
static size_t control_octets(const uint8_t *p, size_t n)
{
	if (n > 1 && p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
		return 2;
	return p[0] < 0x20 || p[0] == 0x7f;
}

/* Prints text of the manager. Further lines are indented, control characters are omitted. */
static void print_text(FILE *to, const char *label, struct span text, struct span lang)
{
	fprintf(to, "%-12s ", label);
	for (size_t i = 0, skip; i < text.n; i += skip ? skip : 1) {
		skip = control_octets(text.p + i, text.n - i);
		if (text.p[i] == '\n' && i + 1 < text.n)
			fprintf(to, "\n%-12s ", "");
		else if (!skip)
			fputc(text.p[i], to);
	}
	if (lang.n)
		fprintf(to, "  [");
	for (size_t i = 0; i < lang.n; i++)
		if (lang.p[i] > 0x20 && lang.p[i] < 0x7f)
			fputc(lang.p[i], to);
	fputs(lang.n ? "]\n" : "\n", to);
}

void agent_print(FILE *to, const char *server, const struct imc_result *r)
{
	static const struct span none = { 0 };

	print_text(to, "manager", span_str(server), none);
	print_text(to, "assessment", span_str(agent_evaluation_name(r->evaluation)), none);
	print_text(to, "access", span_str(agent_access_name(r->access)), none);
	for (size_t i = 0; i < r->n_reasons; i++)
		print_text(to, "reason", r->reasons[i].text, r->reasons[i].lang);
	for (size_t i = 0; i < r->n_remediations; i++)
		if (r->remediations[i].vendor == PEN_IETF)
			print_text(to, "remediation", r->remediations[i].text,
				   r->remediations[i].lang);
}

bool agent_accepted(const struct imc_result *r)
{
	return r->access ? r->access == PB_ACCESS_ALLOWED : r->evaluation == PB_COMPLIANT;
}
