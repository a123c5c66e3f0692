#include "fail.h"

#include <stdio.h>
#include <stdlib.h>

void fail_at(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s does not hold\n", file, line, what);
	exit(3);
}
