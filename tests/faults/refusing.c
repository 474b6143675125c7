/* Preloaded: the disk refuses, from the moment the file named by FAULT_SWITCH is there, what touches files
   under FAULT_FOLDER. FAULT_CALL is lock, sync or write; FAULT_ERRNO the error. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

static int refused(int descriptor, const char *call) {
    const char *wanted = getenv("FAULT_CALL"), *on = getenv("FAULT_SWITCH"), *folder = getenv("FAULT_FOLDER");
    if (!wanted || !on || !folder || strcmp(wanted, call) || access(on, F_OK)) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, folder, strlen(folder))) return 0;
    errno = atoi(getenv("FAULT_ERRNO"));
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int locking(int command) { return command == F_SETLK || command == F_SETLKW; }

#define FCNTL(name)                                                     \
    int name(int descriptor, int command, ...) {                        \
        va_list rest;                                                   \
        va_start(rest, command);                                        \
        void *argument = va_arg(rest, void *);                          \
        va_end(rest);                                                   \
        struct flock *lock = argument;                                  \
        if (locking(command) && lock->l_type != F_UNLCK && refused(descriptor, "lock")) return -1; \
        return REAL(name)(descriptor, command, argument);               \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

int flock(int descriptor, int operation) {
    return refused(descriptor, "lock") ? -1 : REAL(flock)(descriptor, operation);
}
int fsync(int descriptor) { return refused(descriptor, "sync") ? -1 : REAL(fsync)(descriptor); }
int fdatasync(int descriptor) { return refused(descriptor, "sync") ? -1 : REAL(fdatasync)(descriptor); }
ssize_t write(int descriptor, const void *from, size_t count) {
    return refused(descriptor, "write") ? -1 : REAL(write)(descriptor, from, count);
}
ssize_t pwrite(int descriptor, const void *from, size_t count, off_t at) {
    return refused(descriptor, "write") ? -1 : REAL(pwrite)(descriptor, from, count, at);
}
ssize_t pwrite64(int descriptor, const void *from, size_t count, off64_t at) {
    return refused(descriptor, "write") ? -1 : REAL(pwrite64)(descriptor, from, count, at);
}
