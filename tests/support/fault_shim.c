/* Makes the n-th write or sync of a store file fail, for tests/anomaly/test_store_faults.py.
 * Loaded with LD_PRELOAD; armed from Python through ctypes. Kinds: 1 write EIO, 2 write ENOSPC,
 * 3 short write, 4 sync EIO, 5 every write from the n-th on ENOSPC until it is disarmed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int kind, countdown, fired, synced;
static char failed[4096];

void fault_arm(int new_kind, int at) { kind = new_kind; countdown = at; fired = synced = 0; }
int fault_fired(void) { return fired; }
const char *fault_file(void) { return failed; }
int fault_synced(void) { return synced; }

static int is_store_file(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) return 0;
    path[n] = 0;
    if (strstr(path, ".db") == NULL) return 0;
    strcpy(failed, path);
    return 1;
}

static int is_due(int fd, int is_sync) {
    if (kind == 0 || is_sync != (kind == 4) || !is_store_file(fd)) return 0;
    if (kind == 5 && countdown == 1) return fired = 1;
    if (--countdown != 0) return 0;
    fired = 1;
    return 1;
}

static ssize_t refuse(void) { errno = kind == 2 || kind == 5 ? ENOSPC : EIO; return -1; }

#define WRITER(name, offset)                                                        \
    ssize_t name(int fd, const void *data, size_t size, offset at) {                \
        static ssize_t (*real)(int, const void *, size_t, offset);                  \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                  \
        if (is_due(fd, 0)) {                                                        \
            if (kind != 3) return refuse();                                         \
            real(fd, data, size / 2, at);                                           \
            errno = ENOSPC;                                                         \
            return -1;                                                              \
        }                                                                           \
        return real(fd, data, size, at);                                            \
    }
WRITER(pwrite, off_t)
WRITER(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    if (is_due(fd, 0)) {
        if (kind != 3) return refuse();
        real(fd, data, size / 2);
        errno = ENOSPC;
        return -1;
    }
    return real(fd, data, size);
}

#define SYNCER(name)                                                                \
    int name(int fd) {                                                              \
        static int (*real)(int);                                                    \
        if (!real) real = dlsym(RTLD_NEXT, #name);                                  \
        if (is_due(fd, 1)) return (int)refuse();                                     \
        if (!fired && is_store_file(fd)) synced++;                                   \
        return real(fd);                            \
    }
SYNCER(fsync)
SYNCER(fdatasync)
