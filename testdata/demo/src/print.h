#ifndef PRINT_H
#define PRINT_H

#include "frame.h"

void print_frame(const struct frame *frame);

#endif
