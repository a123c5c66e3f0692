#include "frame.h"

#include "checksum.h"
#include "fail.h"

/* Numbers are stored with the low byte first. */
static bool take_u16(struct buffer *b, uint16_t *value)
{
	const unsigned char *p = buffer_take(b, 2);

	if (!p)
		return false;
	*value = (uint16_t)(p[0] | p[1] << 8);
	return true;
}

static int32_t scaled(enum frame_kind kind, uint16_t raw)
{
	switch (kind) {
	case FRAME_TEMPERATURE:
		return (int32_t)raw * 10 - 27315;
	case FRAME_PRESSURE:
		return (int32_t)raw + 50000;
	case FRAME_HUMIDITY:
		return (int32_t)raw * 100 / 255;
	default:
		return raw;
	}
}

/* Reads one frame: kind, sensor, count, values and a checksum, all 16 bits wide. */
enum frame_error frame_decode(struct buffer *b, struct frame *frame)
{
	size_t start = b->at;
	uint16_t kind, sum;

	if (!take_u16(b, &kind) || !take_u16(b, &frame->sensor) || !take_u16(b, &frame->count))
		return FRAME_SHORT;
	if (kind < FRAME_HELLO || kind > FRAME_GOODBYE)
		return FRAME_BAD_KIND;
	frame->kind = (enum frame_kind)kind;
	for (uint16_t i = 0; i < frame->count; i++) {
		uint16_t raw;

		if (!take_u16(b, &raw))
			return FRAME_SHORT;
		frame->values[i] = scaled(frame->kind, raw);
	}
	size_t end = b->at;

	if (!take_u16(b, &sum))
		return FRAME_SHORT;
	CHECK(end >= start);
	return checksum(b->bytes + start, end - start) == sum ? FRAME_OK : FRAME_BAD_SUM;
}

/* Passes over frames without decoding them; returns how many there were. */
size_t frame_skip(struct buffer *b, size_t frames)
{
	size_t done;

	for (done = 0; done < frames; done++) {
		uint16_t kind, sensor, count;

		if (!take_u16(b, &kind) || !take_u16(b, &sensor) || !take_u16(b, &count))
			break;
		if (!buffer_take(b, (size_t)count * 2 + 2))
			break;
	}
	return done;
}

/* Adds up the values of a decoded frame. */
int64_t frame_total(const struct frame *frame)
{
	int64_t total = 0;

	CHECK(frame->count <= FRAME_VALUES);
	for (uint16_t i = 0; i < frame->count; i++)
		total += frame->values[i];
	return total;
}
