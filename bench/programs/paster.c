/*
 * The terminal that pastes: writes a file to the master on descriptor 3, as fast as that takes it. The
 * descriptor is another process's too and does not block, hence the poll.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv) {
  struct stat status;
  int file = argc > 1 ? open(argv[1], O_RDONLY) : -1;
  if (file < 0 || fstat(file, &status) != 0) return perror("paster"), 1;
  size_t left = (size_t)status.st_size;
  const char *at = mmap(NULL, left, PROT_READ, MAP_PRIVATE, file, 0);
  if (at == MAP_FAILED) return perror("paster"), 1;
  while (left > 0) {
    ssize_t taken = write(3, at, left);
    if (taken > 0) {
      at += taken;
      left -= (size_t)taken;
    } else if (errno == EAGAIN) {
      struct pollfd master = {.fd = 3, .events = POLLOUT};
      poll(&master, 1, -1);
    } else if (errno != EINTR) {
      return perror("paster"), 1;
    }
  }
  return 0;
}
