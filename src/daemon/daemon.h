/* SPDX-License-Identifier: BSD-2-Clause */
/* Functions of a daemon: notifications for the service manager, pid file, lock, descriptors,
 * memory. Main thread. */
#ifndef STANCE_DAEMON_DAEMON_H
#define STANCE_DAEMON_DAEMON_H

/* Notify systemd, or another service manager that implements sd_notify(3). No effect without
 * one. */
void daemon_ready(const char *status);
void daemon_reloading(void);
void daemon_stopping(void);

/* Writes the process id and a newline to path; replaces an existing file. 0, or ST_EIO with
 * errno set. path NULL: no effect. */
int daemon_pid_write(const char *path);
void daemon_pid_remove(const char *path);

/* Locks the file path + ".lock" until *fd is closed or the process ends. 0; ST_EBUSY: another
 * process has the lock; ST_EIO with errno set. */
int daemon_lock(const char *path, int *fd);

/* Raises the limit of open descriptors to its maximum and returns it; 0 when it is unknown. */
unsigned long daemon_descriptors(void);

/* Creates the directory and its parents, mode 0755. 0 also when it exists; ST_EIO with errno
 * set. */
int daemon_mkdir(const char *path);

/* Saves memory in a program that is mostly idle: one heap for all threads, freed memory is
 * returned to the system, one thread in the pool of the event loop. Before other threads
 * start. */
void daemon_memory_frugal(void);
/* Returns freed memory to the system now. Takes about a millisecond with a small heap. */
void daemon_memory_trim(void);

#endif
