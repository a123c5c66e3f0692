#include "stats.h"

#include <stdio.h>
#include <string.h>

void stats_add(struct stats *stats, enum frame_error error, const struct frame *frame)
{
	if (error != FRAME_OK) {
		stats->bad++;
		return;
	}
	stats->frames++;
	stats->total += frame_total(frame);
}

/* The banner is one byte of length and that many characters. */
bool stats_banner(struct buffer *b, char *text, size_t size)
{
	const unsigned char *length = buffer_take(b, 1);
	const unsigned char *from = length ? buffer_take(b, *length) : NULL;

	if (!from || *length >= size)
		return false;
	memcpy(text, from, *length);
	text[*length] = '\0';
	return true;
}

void stats_print(const struct stats *stats)
{
	printf("%lu frames, %lu bad, values add up to %lld\n", stats->frames, stats->bad, stats->total);
}
