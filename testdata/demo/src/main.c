#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "stats.h"

/* Reads a whole file; the caller frees the bytes. */
static unsigned char *read_whole(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	unsigned char *bytes = NULL;
	size_t room = 0;

	if (!file)
		return NULL;
	*size = 0;
	for (;;) {
		if (*size == room) {
			unsigned char *larger = realloc(bytes, room = room ? room * 2 : 4096);

			if (!larger)
				break;
			bytes = larger;
		}
		size_t got = fread(bytes + *size, 1, room - *size, file);

		if (!got)
			break;
		*size += got;
	}
	fclose(file);
	return bytes;
}

int main(int argc, char **argv)
{
	struct stats stats = { 0 };
	struct buffer b = { 0 };
	char banner[64];

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: framedump FILE [FRAMES-TO-SKIP]\n");
		return 2;
	}
	unsigned char *bytes = read_whole(argv[1], &b.size);

	if (!bytes) {
		perror(argv[1]);
		return 2;
	}
	b.bytes = bytes;
	if (stats_banner(&b, banner, sizeof banner))
		puts(banner);
	if (argc == 3)
		frame_skip(&b, strtoul(argv[2], NULL, 0));
	while (buffer_left(&b)) {
		struct frame frame;
		enum frame_error error = frame_decode(&b, &frame);

		stats_add(&stats, error, &frame);
		if (error != FRAME_OK) {
			fprintf(stderr, "%s: %s\n", argv[1], frame_error_text(error));
			break;
		}
		print_frame(&frame);
	}
	stats_print(&stats);
	free(bytes);
	return stats.bad ? 1 : 0;
}
