/*
 * The program that writes: a file to its terminal, from memory, in pieces of 16 KiB as stdio does. In C,
 * so that the producer is not what is measured.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITE_BYTES = 16 * 1024 };

int main(int argc, char **argv) {
  struct stat status;
  int file = argc > 1 ? open(argv[1], O_RDONLY) : -1;
  if (file < 0 || fstat(file, &status) != 0) return perror("producer"), 1;
  size_t left = (size_t)status.st_size;
  const char *at = mmap(NULL, left, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (at == MAP_FAILED) return perror("producer"), 1;
  while (left > 0) {
    ssize_t taken = write(1, at, left < WRITE_BYTES ? left : WRITE_BYTES);
    if (taken > 0) {
      at += taken;
      left -= (size_t)taken;
    } else if (errno != EINTR) {
      return perror("producer"), 1;
    }
  }
  return 0;
}
