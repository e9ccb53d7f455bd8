/*
 * The worker thread: two queues under one lock, a condition for the thread, an eventfd for the loop. The
 * store and the history post here. A job belongs to the thread from post until it is in `finished`, to
 * the loop before and after; `pending` is only the loop's.
 */
#include "core/base/worker.h"

#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/xalloc.h"

struct job {
	struct job *next;
	void (*work)(void *arg);
	void (*done)(void *arg);
	void *arg;
};

struct queue {
	struct job *first;
	struct job **end;
};

struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake; /* something was posted, or it is time to stop */
	pthread_cond_t progress; /* something was finished */
	struct queue posted; /* under the lock, as all below it */
	struct queue finished;
	bool stopping;
	int event_fd;
	struct event *event;
	size_t pending;
};

static void queue_init(struct queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void queue_add(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->end = job;
	queue->end = &job->next;
}

static struct job *queue_take(struct queue *queue)
{
	struct job *job = queue->first;
	if (job == NULL)
		return NULL;
	queue->first = job->next;
	if (queue->first == NULL)
		queue->end = &queue->first;
	return job;
}

static void *worker_run(void *arg)
{
	struct worker *worker = arg;
	pthread_mutex_lock(&worker->lock);
	for (;;) {
		struct job *job = queue_take(&worker->posted);
		if (job == NULL && worker->stopping)
			break;
		if (job == NULL) {
			pthread_cond_wait(&worker->wake, &worker->lock);
			continue;
		}
		pthread_mutex_unlock(&worker->lock);
		job->work(job->arg);
		pthread_mutex_lock(&worker->lock);
		queue_add(&worker->finished, job);
		pthread_cond_signal(&worker->progress);
		/* Only fails when the counter is full, and then the loop is woken anyway. */
		(void)!write(worker->event_fd, &(uint64_t){1}, sizeof(uint64_t));
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* Runs `done` of what is finished now, one at a time: a `done` may post again. */
static void finish_jobs(struct worker *worker)
{
	for (;;) {
		pthread_mutex_lock(&worker->lock);
		struct job *job = queue_take(&worker->finished);
		pthread_mutex_unlock(&worker->lock);
		if (job == NULL)
			return;
		worker->pending--;
		if (job->done != NULL)
			job->done(job->arg);
		free(job);
	}
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	uint64_t count;
	(void)what;
	(void)!read(fd, &count, sizeof(count));
	finish_jobs(arg);
}

/* Signals are the loop's: a thread of ours takes none. */
static bool start_thread(struct worker *worker, const char *name)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&worker->thread, NULL, worker_run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed == 0)
		pthread_setname_np(worker->thread, name);
	return failed == 0;
}

struct worker *worker_create(struct event_base *base, const char *name)
{
	struct worker *worker = xcalloc(1, sizeof(*worker));
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->wake, NULL);
	pthread_cond_init(&worker->progress, NULL);
	queue_init(&worker->posted);
	queue_init(&worker->finished);
	worker->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (worker->event_fd < 0)
		goto fail;
	worker->event = event_new(base, worker->event_fd, EV_READ | EV_PERSIST, on_event, worker);
	if (worker->event == NULL || event_add(worker->event, NULL) != 0)
		goto fail_event;
	if (!start_thread(worker, name))
		goto fail_event;
	return worker;

fail_event:
	if (worker->event != NULL)
		event_free(worker->event);
	close(worker->event_fd);
fail:
	free(worker);
	return NULL;
}

void worker_destroy(struct worker *worker)
{
	if (worker == NULL)
		return;
	while (worker->pending > 0) {
		pthread_mutex_lock(&worker->lock);
		while (worker->finished.first == NULL)
			pthread_cond_wait(&worker->progress, &worker->lock);
		pthread_mutex_unlock(&worker->lock);
		finish_jobs(worker);
	}
	pthread_mutex_lock(&worker->lock);
	worker->stopping = true;
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	event_free(worker->event);
	close(worker->event_fd);
	pthread_cond_destroy(&worker->progress);
	pthread_cond_destroy(&worker->wake);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

void worker_post(struct worker *worker, void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
	struct job *job = xmalloc(sizeof(*job));
	*job = (struct job){.work = work, .done = done, .arg = arg};
	worker->pending++;
	pthread_mutex_lock(&worker->lock);
	queue_add(&worker->posted, job);
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
}

size_t worker_pending(const struct worker *worker)
{
	return worker->pending;
}
