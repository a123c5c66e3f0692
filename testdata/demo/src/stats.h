#ifndef STATS_H
#define STATS_H

#include "frame.h"

struct stats {
	unsigned long frames;
	unsigned long bad;
	long long total;
};

void stats_add(struct stats *stats, enum frame_error error, const struct frame *frame);
bool stats_banner(struct buffer *b, char *text, size_t size);
void stats_print(const struct stats *stats);

#endif
