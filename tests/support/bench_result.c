/*
 * Printing and reading of figures for the benches. Nothing here judges but bench_result_print().
 */
#include "tests/support/bench_result.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough digits to compare, no more. */
static void print_number(const char *key, double value)
{
	double size = value < 0 ? -value : value;

	if (value < 0)
		(void)printf(",\"%s\":null", key);
	else
		(void)printf(",\"%s\":%.*f", key, size >= 1000 ? 0 : size >= 10 ? 1 : 3, value);
}

bool bench_result_print(const struct bench_result *figure)
{
	bool ok = figure->value >= 0 &&
		  (figure->budget == 0 || (figure->at_least ? figure->value >= figure->budget
							    : figure->value <= figure->budget));

	(void)printf("{\"bench\":\"%s\",\"what\":\"%s\"", figure->bench, figure->what);
	print_number("value", figure->value);
	(void)printf(",\"unit\":\"%s\"", figure->unit);
	if (figure->budget > 0)
		print_number("budget", figure->budget);
	if (figure->peer != NULL) {
		(void)printf(",\"peer\":\"%s\"", figure->peer);
		print_number("peer_value", figure->peer_value);
	}
	if (figure->more != NULL)
		(void)printf(",%s", figure->more);
	(void)printf(",\"ok\":%s}\n", ok ? "true" : "false");
	(void)fflush(stdout);
	return ok;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

double bench_result_percentile(double *values, size_t count, double p)
{
	size_t at = (size_t)(p * (double)count);

	if (count == 0)
		return -1;
	qsort(values, count, sizeof(*values), compare);
	return values[at < count ? at : count - 1];
}

/* The first line of a file of /proc/<pid>/task/<thread>/; "" when there is none. */
static void read_of_thread(int pid, const char *thread, const char *name, char dst[1024])
{
	char path[320];
	FILE *file;

	dst[0] = '\0';
	(void)snprintf(path, sizeof(path), "/proc/%d/task/%s/%s", pid, thread, name);
	file = fopen(path, "r");
	if (file == NULL)
		return;
	if (fgets(dst, 1024, file) == NULL)
		dst[0] = '\0';
	(void)fclose(file);
}

/* Adds up a figure over what the thread has started. */
static double sum_of_children(int pid, const char *thread, double (*figure)(int pid))
{
	char line[1024];
	double sum = 0;
	char *at = line;

	read_of_thread(pid, thread, "children", line);
	for (;;) {
		char *end;
		long child = strtol(at, &end, 10);

		if (end == at)
			return sum;
		sum += figure((int)child);
		at = end;
	}
}

double bench_result_cpu_seconds(int pid)
{
	char path[64], line[1024];
	double seconds = 0;
	struct dirent *entry;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		read_of_thread(pid, entry->d_name, "schedstat", line);
		seconds += strtod(line, NULL) / 1e9;
		seconds += sum_of_children(pid, entry->d_name, bench_result_cpu_seconds);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return seconds;
}

double bench_result_private_tree_kib(int pid)
{
	double kib = bench_result_private_kib(pid);
	char thread[16];

	(void)snprintf(thread, sizeof(thread), "%d", pid);
	return kib < 0 ? 0 : kib + sum_of_children(pid, thread, bench_result_private_tree_kib);
}

double bench_result_private_kib(int pid)
{
	char path[64];
	char line[256];
	double kib = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "Private_Clean:", 14) == 0 ||
			strncmp(line, "Private_Dirty:", 14) == 0)
			kib = (kib < 0 ? 0 : kib) + strtod(line + 14, NULL);
	}
	if (file != NULL)
		(void)fclose(file);
	return kib;
}
