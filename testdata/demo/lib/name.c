#include "frame.h"

static const char *const kind_names[] = {
	[FRAME_HELLO] = "hello",
	[FRAME_TEMPERATURE] = "temprature",
	[FRAME_PRESSURE] = "pressure",
	[FRAME_HUMIDITY] = "humidity",
	[FRAME_GOODBYE] = "goodbye",
};

const char *frame_kind_name(enum frame_kind kind)
{
	if (kind < FRAME_HELLO || kind > FRAME_GOODBYE)
		return "unknown";
	return kind_names[kind];
}

const char *frame_error_text(enum frame_error error)
{
	switch (error) {
	case FRAME_OK:
		return "no error";
	case FRAME_SHORT:
		return "the file ends inside a frame";
	case FRAME_BAD_KIND:
		return "a frame of unknown kind";
	case FRAME_BAD_COUNT:
		return "a frame with too many values";
	case FRAME_BAD_SUM:
		return "a frame with a wrong checksum";
	}
	return "an unknown error";
}

/* The letter printed behind a value. */
char frame_unit(enum frame_kind kind)
{
	switch (kind) {
	case FRAME_TEMPERATURE:
		return 'C';
	case FRAME_PRESSURE:
		return 'P';
	case FRAME_HUMIDITY:
		return '%';
	default:
		return ' ';
	}
}
