/* Frames of the sensor bus, as a logger stores them. */
#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>

#include "buffer.h"

#define FRAME_VALUES 16

enum frame_kind {
	FRAME_HELLO = 1,
	FRAME_TEMPERATURE = 2,
	FRAME_PRESSURE = 3,
	FRAME_HUMIDITY = 4,
	FRAME_GOODBYE = 5,
};

struct frame {
	enum frame_kind kind;
	uint16_t sensor;
	uint16_t count;
	int32_t values[FRAME_VALUES];
};

enum frame_error {
	FRAME_OK,
	FRAME_SHORT,
	FRAME_BAD_KIND,
	FRAME_BAD_COUNT,
	FRAME_BAD_SUM,
};

enum frame_error frame_decode(struct buffer *b, struct frame *frame);
size_t frame_skip(struct buffer *b, size_t frames);
int64_t frame_total(const struct frame *frame);

const char *frame_kind_name(enum frame_kind kind);
const char *frame_error_text(enum frame_error error);
char frame_unit(enum frame_kind kind);

#endif
