#include "print.h"

#include <stdio.h>

void print_frame(const struct frame *frame)
{
	printf("%s %u:", frame_kind_name(frame->kind), frame->sensor);
	for (uint16_t i = 0; i < frame->count; i++)
		printf(" %ld%c", (long)frame->values[i], frame_unit(frame->kind));
	putchar('\n');
}
