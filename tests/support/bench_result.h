/*
 * One measured figure, as the one JSON line that `make bench` shows for it (tests/bench/run.sh).
 */
#ifndef UMBRA_TESTS_SUPPORT_BENCH_RESULT_H
#define UMBRA_TESTS_SUPPORT_BENCH_RESULT_H

#include <stdbool.h>
#include <stddef.h>

struct bench_result {
	const char *bench; /* the program's name without bench_ */
	const char *what;
	const char *unit;
	double value; /* below 0: it could not be measured, which is not ok */
	double budget; /* 0: none, the figure is told and not judged */
	bool at_least; /* the budget is a floor; else it is a ceiling */
	const char *peer; /* who was measured in the same run; NULL: nobody */
	double peer_value; /* below 0: the peer is not installed here */
	const char *more; /* further members, `"rounds":15`; may be NULL */
};

/* Returns whether it is within its budget. */
bool bench_result_print(const struct bench_result *figure);

/* Of `count` values, which are sorted by it; p in 0..1. -1 of none. */
double bench_result_percentile(double *values, size_t count, double p);

/*
 * CPU seconds of a process, its threads and its children, from /proc's schedstat: what else runs on the
 * machine does not count, as it would by the clock. Threads and children that ended are not in it.
 */
double bench_result_cpu_seconds(int pid);
/* Memory of the process alone (Private_Clean and Private_Dirty of smaps_rollup, proc(5)) in KiB, without children; -1 when it is gone. */
double bench_result_private_kib(int pid);
/* With what its first thread has started. */
double bench_result_private_tree_kib(int pid);

#endif
