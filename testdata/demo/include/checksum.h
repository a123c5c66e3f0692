/* The checksum at the end of every frame. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint16_t checksum(const unsigned char *bytes, size_t count);

#endif
