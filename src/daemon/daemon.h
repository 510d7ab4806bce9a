/* SPDX-License-Identifier: BSD-2-Clause */
/* What a daemon does besides its work: a file with its process number, and telling the service
 * manager how it is. */
#ifndef STANCE_DAEMON_DAEMON_H
#define STANCE_DAEMON_DAEMON_H

/* Says it to systemd, or who else understands sd_notify(3), when that started us. */
void daemon_ready(const char *status);
void daemon_reloading(void);
void daemon_stopping(void);

/* Writes our process number and a newline to path (replacing what is there); 0 or ST_EIO with
 * errno. path NULL: nothing. */
int daemon_pid_write(const char *path);
void daemon_pid_remove(const char *path);

/* Takes path with ".lock" behind it for this process, until *fd is closed or the process ends,
 * however it does. 0; ST_EBUSY: another process has it; ST_EIO with errno. */
int daemon_lock(const char *path, int *fd);

/* Raises the number of descriptors that we may have open to what the system allows, and says how
 * many that is. */
unsigned long daemon_descriptors(void);

/* Makes the directory, mode 0755, and those above it. 0 when it is there, or ST_EIO. */
int daemon_mkdir(const char *path);

/* Before there are other threads: memory that was freed goes back to the system, and all
 * threads share one heap; the loop has one thread for what would wait. For a program that is
 * idle most of the time. */
void daemon_memory_frugal(void);
/* Gives back now what a piece of work left behind; takes about a millisecond. */
void daemon_memory_trim(void);

#endif
