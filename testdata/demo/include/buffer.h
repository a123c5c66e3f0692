/* A run of bytes that is read from front to back. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
	const unsigned char *bytes;
	size_t size;
	size_t at;
};

/* Bytes that were not taken yet. */
static inline size_t buffer_left(const struct buffer *b)
{
	return b->size - b->at;
}

/* Takes the next `count` bytes, or takes nothing when there are fewer. */
static inline const unsigned char *buffer_take(struct buffer *b, size_t count)
{
	const unsigned char *taken = b->bytes + b->at;

	if (b->at + count > b->size)
		return NULL;
	b->at += count;
	return taken;
}

#endif
