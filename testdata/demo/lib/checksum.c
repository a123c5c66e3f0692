#include "checksum.h"

/* Fletcher's sum with 8-bit halves. */
uint16_t checksum(const unsigned char *bytes, size_t count)
{
	unsigned int low = 0, high = 0;

	while (count--) {
		low = (low + *bytes++) % 255;
		high = (high + low) % 255;
	}
	return (uint16_t)(high << 8 | low);
}
